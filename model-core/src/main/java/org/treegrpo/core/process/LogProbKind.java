package org.treegrpo.core.process;

/** Which log-probability a stochastic step has. */
public enum LogProbKind {
  /** The Gaussian density of x' around mu with standard deviation s. */
  GAUSSIAN,
  /** -(x' - mu)^2 without constants and without 1/(2 s^2), as the CPS transition uses it. */
  MEAN_SQUARED
}
