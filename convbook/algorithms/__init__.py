"""The ways to compute one convolution, each a short module with one idea, and the planner that chooses.

To be read in this order: `layer` says what is computed, `algorithm` in which three steps and blocks, `columns`,
`rows` with `band` and `taps`, `toeplitz`, `winograd` and `spectra` how; `cost` is what the planner knows of the
machine, `planner` the choice, `threads` who works, `scratch` where the temporary numbers lie, `scaling` what keeps them
away from the ends of their type, and `layers` puts it together, block by block. `gradients` goes the other way.
Signals and images of one channel have three ways more: `sums`, `circles` and `factors`. Poolings are `separable`, and
`totals` adds up many numbers. Everything here works on checked arguments.
"""
