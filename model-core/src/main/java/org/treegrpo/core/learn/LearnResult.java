package org.treegrpo.core.learn;

/**
 * What learning from a share (or several) amounted to, over what was trained: its edges, or its
 * leaves noised again.
 *
 * @param loss sum of weight * (surrogate loss + penalties)
 * @param klPenalty the KL penalty's part of {@code loss}
 * @param outputPenalties the part of velocity KL, norm guard and late anchor
 * @param edges trained edges, or trained rows of leaves
 * @param clipped those whose surrogate was clipped
 * @param maxRatioDeviation max |rho - 1|
 * @param approxKlSum sum of (rho - 1) - log rho
 * @param oldGapSum sum over rows of mean |v_theta - v_old|, of learners that need the old policy
 * @param parents rows of the evaluated batches, one training forward each
 */
public record LearnResult(
    double loss,
    double klPenalty,
    double outputPenalties,
    long edges,
    long clipped,
    double maxRatioDeviation,
    double approxKlSum,
    double oldGapSum,
    long parents) {

  /** Nothing learned. */
  public static final LearnResult ZERO = new LearnResult(0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Both together; callers add in a fixed order. */
  public LearnResult plus(LearnResult other) {
    return new LearnResult(
        loss + other.loss,
        klPenalty + other.klPenalty,
        outputPenalties + other.outputPenalties,
        edges + other.edges,
        clipped + other.clipped,
        Math.max(maxRatioDeviation, other.maxRatioDeviation),
        approxKlSum + other.approxKlSum,
        oldGapSum + other.oldGapSum,
        parents + other.parents);
  }
}
