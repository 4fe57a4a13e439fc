package org.treegrpo.core.objective;

/**
 * AWM's loss (ALGORITHMS.md section 3.2): the log-probability of a leaf is minus its weighted
 * matching error, -w(t) mean((v - v*)^2), under theta and under the old policy at the same time and
 * noise; PPO's surrogate of the two.
 *
 * @param surrogate of the ratio
 * @param weighting w(t)
 */
public record AdvantageWeightedMatching(PpoSurrogate surrogate, LeafWeighting weighting)
    implements LeafLoss {

  @Override
  public Surrogate.Term add(Row row, double advantage, double weight, double[] gradient) {
    double factor = weighting.of(row.noise());
    double logRatio =
        factor * (error(row, row.old(), gradient) - error(row, row.output(), gradient));
    Surrogate.Term term = surrogate.evaluate(logRatio, advantage);
    double slope = weight * term.residual() * factor * -2 / gradient.length;
    if (slope != 0) {
      for (int i = 0; i < gradient.length; i++) {
        int at = row.offset() + i;
        gradient[i] += slope * ((double) row.output()[at] - row.targets()[at]);
      }
    }
    return term;
  }

  /** Mean (v - v*)^2 of a row. */
  private static double error(Row row, float[] output, double[] gradient) {
    double squares = 0;
    for (int i = row.offset(); i < row.offset() + gradient.length; i++) {
      double difference = (double) output[i] - row.targets()[i];
      squares += difference * difference;
    }
    return squares / gradient.length;
  }
}
