package org.treegrpo.core.process;

/** The two kinds of forward process; a transition and a policy must be of the same. */
public enum Family {
  /** Rectified flow; a policy that predicts the velocity. */
  FLOW,
  /** Variance-preserving diffusion; a policy that predicts epsilon, v or x0. */
  DIFFUSION
}
