package org.treegrpo.core.learn;

import java.util.Arrays;
import org.treegrpo.core.objective.KlPenalty;
import org.treegrpo.core.objective.Surrogate;
import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.transition.LogProb;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.ParentBatch;

/**
 * Loss of one parent batch and its derivative with respect to the network's output: for a parent
 * with mu = a x + b out, the sum over its edges of weight * dLoss/d(log rho) * b (x' - mu) / (s^2
 * D), plus the KL penalty's beta * weight * b (mu - mu_ref) / (s^2 D).
 */
final class BatchLoss {

  private final GrownShare share;
  private final ParentBatch batch;
  private final AffineStep step;
  private final float[] latents;
  private final double[] advantages;
  private final double[] weights;
  private final Surrogate surrogate;
  private final KlPenalty penalty;
  private final float[] reference;

  private double loss;
  private double klPenalty;
  private long edges;
  private long clipped;
  private double maxRatioDeviation;
  private double approxKlSum;

  BatchLoss(
      GrownShare share,
      ParentBatch batch,
      AffineStep step,
      float[] latents,
      double[] advantages,
      double[] weights,
      Surrogate surrogate,
      KlPenalty penalty,
      float[] reference) {
    this.share = share;
    this.batch = batch;
    this.step = step;
    this.latents = latents;
    this.advantages = advantages;
    this.weights = weights;
    this.surrogate = surrogate;
    this.penalty = penalty;
    this.reference = reference;
  }

  /** dLoss/dOutput, {@code [B * D]}; adds the batch up. */
  float[] cotangent(float[] output) {
    float[] cotangent = new float[output.length];
    int elements = share.elements();
    float[] child = new float[elements];
    double[] gradient = new double[elements];
    for (int row = 0; row < batch.rows(); row++) {
      int offset = row * elements;
      Arrays.fill(gradient, 0);
      double weight = 0;
      for (int edge = batch.firstEdge(row); edge < batch.endEdge(row); edge++) {
        if (!Double.isNaN(advantages[edge])) {
          batch.copyChild(edge, child);
          addEdge(edge, output, offset, child, gradient);
          weight += weights[edge];
        }
      }
      if (penalty.beta() > 0 && weight != 0) {
        addPenalty(weight, output, offset, gradient);
      }
      for (int i = 0; i < elements; i++) {
        cotangent[offset + i] = (float) gradient[i];
      }
    }
    return cotangent;
  }

  private void addEdge(int edge, float[] output, int offset, float[] child, double[] gradient) {
    double logProb = LogProb.mean(step, latents, output, offset, child);
    double logRatio = ShareLearner.logRatio(share, edge, logProb);
    Surrogate.Term term = surrogate.evaluate(logRatio, advantages[edge]);
    loss += weights[edge] * term.loss();
    edges++;
    clipped += term.clipped() ? 1 : 0;
    double deviation = StrictMath.expm1(logRatio);
    maxRatioDeviation = Math.max(maxRatioDeviation, Math.abs(deviation));
    approxKlSum += deviation - logRatio;
    double factor = weights[edge] * term.gradient() * step.scoreFactor(child.length);
    if (factor == 0) {
      return;
    }
    for (int i = 0; i < child.length; i++) {
      gradient[i] += factor * (child[i] - step.mean(latents[offset + i], output[offset + i]));
    }
  }

  private void addPenalty(double weight, float[] output, int offset, double[] gradient) {
    int elements = gradient.length;
    double slope = weight * penalty.slope(step.noiseStd());
    double squares = 0;
    for (int i = 0; i < elements; i++) {
      // mu - mu_ref: the x terms cancel
      double difference = step.output() * ((double) output[offset + i] - reference[offset + i]);
      squares += difference * difference;
      gradient[i] += 2 * slope / elements * difference * step.output();
    }
    double value = slope * squares / elements;
    klPenalty += value;
    loss += value;
  }

  LearnResult result() {
    return new LearnResult(
        loss, klPenalty, edges, clipped, maxRatioDeviation, approxKlSum, batch.rows());
  }
}
