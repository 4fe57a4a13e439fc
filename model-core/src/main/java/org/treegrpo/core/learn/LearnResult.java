package org.treegrpo.core.learn;

/**
 * What learning from a share (or several) amounted to, over its unmasked edges.
 *
 * @param loss sum over edges of weight * surrogate loss, plus the KL penalty
 * @param klPenalty the KL penalty's part of {@code loss}
 * @param edges unmasked edges
 * @param clipped edges whose surrogate was clipped
 * @param maxRatioDeviation max |rho - 1|
 * @param approxKlSum sum of (rho - 1) - log rho
 * @param parents rows of the evaluated batches, one training forward each
 */
public record LearnResult(
    double loss,
    double klPenalty,
    long edges,
    long clipped,
    double maxRatioDeviation,
    double approxKlSum,
    long parents) {

  /** Nothing learned. */
  public static final LearnResult ZERO = new LearnResult(0, 0, 0, 0, 0, 0, 0);

  /** Both together; callers add in a fixed order. */
  public LearnResult plus(LearnResult other) {
    return new LearnResult(
        loss + other.loss,
        klPenalty + other.klPenalty,
        edges + other.edges,
        clipped + other.clipped,
        Math.max(maxRatioDeviation, other.maxRatioDeviation),
        approxKlSum + other.approxKlSum,
        parents + other.parents);
  }
}
