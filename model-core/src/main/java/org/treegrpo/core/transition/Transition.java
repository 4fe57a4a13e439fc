package org.treegrpo.core.transition;

import org.treegrpo.core.base.Named;
import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.process.Family;
import org.treegrpo.core.process.NoiseProcess;

/**
 * The stochastic step of the window. Every transition is affine in the network's output. One is
 * added by a class and a line in {@code META-INF/services}; it is stateless.
 */
public interface Transition extends Named {

  /** Kind of process that it steps along. */
  Family family();

  /** Largest eta, which may be infinite; eta is above 0. */
  double largestEta();

  /**
   * The step from one time of the process to the next smaller one.
   *
   * @param eta amount of noise; with 0 the step is the process's deterministic one
   */
  AffineStep step(NoiseProcess process, double time, double next, double eta);
}
