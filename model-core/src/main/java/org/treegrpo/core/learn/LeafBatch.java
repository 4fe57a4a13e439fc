package org.treegrpo.core.learn;

import java.util.Arrays;
import java.util.List;
import org.treegrpo.core.learn.Learner.Need;
import org.treegrpo.core.objective.LeafLoss;
import org.treegrpo.core.objective.Penalties;
import org.treegrpo.core.objective.Surrogate;
import org.treegrpo.core.optim.DivergedException;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.process.CleanEstimate;

/** Leaves noised again, and the loss of each. */
final class LeafBatch implements LearnBatch {

  private final NoisedLeaves noised;
  private final LeafLoss leafLoss;
  private final Penalties penalties;
  private final double[] advantages;
  private final double[] weights;

  private double loss;
  private double outputPenalties;
  private long clipped;
  private double maxRatioDeviation;
  private double approxKlSum;
  private double oldGapSum;

  /**
   * @param advantages of each row, in [-1, 1]
   * @param weights of each row in the loss
   */
  LeafBatch(
      NoisedLeaves noised,
      LeafLoss leafLoss,
      Penalties penalties,
      double[] advantages,
      double[] weights) {
    this.noised = noised;
    this.leafLoss = leafLoss;
    this.penalties = penalties;
    this.advantages = advantages;
    this.weights = weights;
  }

  @Override
  public boolean needs(Need need) {
    return need == Need.OLD || (need == Need.REFERENCE && penalties.needReference());
  }

  @Override
  public float[] latents() {
    return noised.states();
  }

  @Override
  public float timestep() {
    return noised.timestep();
  }

  @Override
  public List<Conditioning> conditioning() {
    return noised.conditioning();
  }

  @Override
  public float[] cotangent(Outputs outputs) {
    requireFinite(outputs.current());
    CleanEstimate clean = noised.process().clean(noised.time());
    double noise = noised.process().noise(noised.time());
    float[] cotangent = new float[outputs.current().length];
    double[] gradient = new double[noised.elements()];
    for (int row = 0; row < noised.rows(); row++) {
      int offset = row * gradient.length;
      Arrays.fill(gradient, 0);
      Surrogate.Term term =
          leafLoss.add(
              new LeafLoss.Row(
                  clean,
                  noise,
                  noised.states(),
                  noised.leaves(),
                  noised.targets(),
                  outputs.current(),
                  outputs.old(),
                  offset),
              advantages[row],
              weights[row],
              gradient);
      count(term, weights[row]);
      if (penalties.needReference()) {
        double penalty =
            penalties.addOutputPenalties(
                weights[row], outputs.current(), outputs.reference(), offset, gradient);
        outputPenalties += penalty;
        loss += penalty;
      }
      oldGapSum += gap(outputs, offset, gradient.length);
      for (int i = 0; i < gradient.length; i++) {
        cotangent[offset + i] = (float) gradient[i];
      }
    }
    return cotangent;
  }

  private void count(Surrogate.Term term, double weight) {
    loss += weight * term.loss();
    clipped += term.clipped() ? 1 : 0;
    double deviation = StrictMath.expm1(term.logRatio());
    maxRatioDeviation = Math.max(maxRatioDeviation, Math.abs(deviation));
    approxKlSum += deviation - term.logRatio();
  }

  private static double gap(Outputs outputs, int offset, int elements) {
    double sum = 0;
    for (int i = offset; i < offset + elements; i++) {
      sum += Math.abs((double) outputs.current()[i] - outputs.old()[i]);
    }
    return sum / elements;
  }

  private void requireFinite(float[] output) {
    for (float value : output) {
      if (!Float.isFinite(value)) {
        throw new DivergedException(
            "the policy's output at time %s is not finite; lower the learning rate"
                .formatted(noised.timestep()));
      }
    }
  }

  @Override
  public LearnResult result() {
    return new LearnResult(
        loss,
        0,
        outputPenalties,
        noised.rows(),
        clipped,
        maxRatioDeviation,
        approxKlSum,
        oldGapSum,
        noised.rows());
  }
}
