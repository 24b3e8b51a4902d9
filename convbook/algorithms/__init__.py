"""The ways to compute one convolution, each a short module with one idea, and the planners that choose.

To be read in this order: `problem` says what is computed, `base` in which three steps and blocks, `columns`,
`lowered_rows` with `band` and `taps`, `toeplitz`, `winograd` and `overlap_save` how; `cost` is what the planner knows
of the machine, `planner` the choice, `threads` who works, `scratch` where the temporary numbers lie, `scaling` what
keeps them away from the ends of their type, as `exactness` finds them, and `blockwise` puts it together, block by
block. `gradients` goes the other way. Signals and images of one channel have three ways more: `direct`, `fourier` and
`separable`. `pooling` is here, too, and `pairwise` adds up many numbers. Everything here works on checked arguments.
"""
