"""The look of a page: boxes, exercises, formulas, figures, fonts, the colors of code, the frame around it all."""
