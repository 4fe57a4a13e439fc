package org.treegrpo.core.objective;

/**
 * The loss of one edge as a function of its ratio, rho = exp(log pi_theta - log pi_old)
 * (ALGORITHMS.md sections 1.5 and 3.1). Edges that are not trained are never evaluated.
 */
public interface Surrogate {

  /**
   * Whether {@link Edge#noiseShift} and {@link Edge#distance} are read: the edge's noise z is drawn
   * again for them.
   */
  default boolean needsNoise() {
    return false;
  }

  /** Loss and slopes of one edge. */
  Term evaluate(Edge edge);

  /**
   * What a surrogate may know of an edge. dmu = mu_old - mu_theta, means are over the D elements.
   *
   * @param advantage A
   * @param logRatio log pi_theta - log pi_old, both means over D
   * @param noiseShift mean(dmu z), exactly 0 where theta is old; NaN unless asked for
   * @param distance mean(dmu^2) / (2 s^2), the step's KL divergence; NaN unless asked for
   * @param noiseStd s
   * @param interval -d, the length of the step, positive
   */
  record Edge(
      double advantage,
      double logRatio,
      double noiseShift,
      double distance,
      double noiseStd,
      double interval) {}

  /**
   * One edge's contribution, before any reduction over edges: dLoss/dmu_i = {@code residual} d(log
   * pi_theta)/dmu_i + {@code noise} z_i / D. The first is along x' - mu for every transition.
   *
   * @param logRatio log rho as this surrogate defines it
   * @param loss to be minimised
   * @param residual dLoss/d(log pi_theta)
   * @param noise coefficient of z
   * @param clipped whether the trust region cuts this edge's gradient off
   */
  record Term(double logRatio, double loss, double residual, double noise, boolean clipped) {

    /** Of a loss that depends on theta through log pi_theta alone. */
    public static Term ofLogProb(double logRatio, double loss, double slope, boolean clipped) {
      return new Term(logRatio, loss, slope, 0, clipped);
    }
  }
}
