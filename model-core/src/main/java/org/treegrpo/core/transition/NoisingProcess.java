package org.treegrpo.core.transition;

/** The coefficients of one family of noising processes at step t = 0 .. T-1. */
interface NoisingProcess {

  AffineStep ode(int t);

  AffineStep sde(int t);

  CleanEstimate clean(int t);
}
