"""The ways to compute one convolution, each a short module with one idea, and the planners that choose.

To be read in this order: `problem` says what is computed, `base` in which three steps and blocks, `columns`,
`lowered_rows` with `band` and `taps`, `toeplitz`, `winograd` and `overlap_save` how; `cost` is what is known of the
machine, `plan_layers` chooses, `threads` says who works, `scratch` where the temporary numbers lie, and `blockwise`
computes block by block. `exactness` looks at numbers, and `scaling` keeps them away from the ends of their type.
`gradients` goes the other way. Signals and images of one channel have three ways more, `direct`, `fourier` and
`separable`, among which `plan_signals` chooses. `pooling` is here, too, and `pairwise` adds up many numbers.
Everything here works on checked arguments.
"""
