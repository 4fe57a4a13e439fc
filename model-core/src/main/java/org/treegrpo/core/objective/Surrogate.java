package org.treegrpo.core.objective;

/**
 * The loss of one edge as a function of its log-ratio, log pi_theta - log pi_old (ALGORITHMS.md
 * section 1.5). Masked edges are never evaluated.
 */
public interface Surrogate {

  /**
   * Loss and slope at one log-ratio.
   *
   * @param logRatio log pi_theta - log pi_old, both means over D
   * @param advantage A of the edge
   */
  Term evaluate(double logRatio, double advantage);

  /**
   * One edge's contribution, before any reduction over edges.
   *
   * @param loss to be minimised
   * @param gradient dLoss/dlogRatio
   * @param clipped whether the clip cuts this edge's gradient off
   */
  record Term(double loss, double gradient, boolean clipped) {}
}
