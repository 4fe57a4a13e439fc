package org.treegrpo.core.learn;

import java.util.Arrays;
import java.util.List;
import org.treegrpo.core.objective.KlPenalty;
import org.treegrpo.core.objective.Surrogate;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.transition.LogProb;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.ParentBatch;

/**
 * Loss of one parent batch and its derivative with respect to the network's output: for a parent
 * with mu = a x + b out, the sum over its edges of weight * dLoss/d(log rho) * b (x' - mu) / (s^2
 * D), plus the KL penalty's beta * weight * b (mu - mu_ref) / (s^2 D).
 */
final class ParentLoss implements LearnBatch {

  private final GrownShare share;
  private final ParentBatch batch;
  private final AffineStep step;
  private final float[] latents;
  private final ShareCredit credit;
  private final Surrogate surrogate;
  private final KlPenalty penalty;

  private double loss;
  private double klPenalty;
  private long edges;
  private long clipped;
  private double maxRatioDeviation;
  private double approxKlSum;

  ParentLoss(
      GrownShare share,
      ParentBatch batch,
      AffineStep step,
      ShareCredit credit,
      Surrogate surrogate,
      KlPenalty penalty) {
    this.share = share;
    this.batch = batch;
    this.step = step;
    this.latents = batch.latents();
    this.credit = credit;
    this.surrogate = surrogate;
    this.penalty = penalty;
  }

  @Override
  public float[] latents() {
    return latents;
  }

  @Override
  public float timestep() {
    return step.timestep();
  }

  @Override
  public List<Conditioning> conditioning() {
    return batch.conditioning();
  }

  @Override
  public float[] cotangent(float[] output, float[] reference) {
    float[] cotangent = new float[output.length];
    int elements = share.elements();
    float[] child = new float[elements];
    double[] gradient = new double[elements];
    for (int row = 0; row < batch.rows(); row++) {
      int offset = row * elements;
      Arrays.fill(gradient, 0);
      double weight = 0;
      for (int edge = batch.firstEdge(row); edge < batch.endEdge(row); edge++) {
        if (credit.trains(edge)) {
          batch.copyChild(edge, child);
          addEdge(edge, output, offset, child, gradient);
          weight += credit.weights()[edge];
        }
      }
      if (penalty.beta() > 0 && weight != 0) {
        addPenalty(weight, output, reference, offset, gradient);
      }
      for (int i = 0; i < elements; i++) {
        cotangent[offset + i] = (float) gradient[i];
      }
    }
    return cotangent;
  }

  private void addEdge(int edge, float[] output, int offset, float[] child, double[] gradient) {
    double logProb = LogProb.mean(step, latents, output, offset, child);
    double logRatio = Replay.logRatio(share, edge, logProb);
    Surrogate.Term term = surrogate.evaluate(logRatio, credit.advantages()[edge]);
    loss += credit.weights()[edge] * term.loss();
    edges++;
    clipped += term.clipped() ? 1 : 0;
    double deviation = StrictMath.expm1(logRatio);
    maxRatioDeviation = Math.max(maxRatioDeviation, Math.abs(deviation));
    approxKlSum += deviation - logRatio;
    double factor = credit.weights()[edge] * term.gradient() * step.scoreFactor(child.length);
    if (factor == 0) {
      return;
    }
    for (int i = 0; i < child.length; i++) {
      gradient[i] += factor * (child[i] - step.mean(latents[offset + i], output[offset + i]));
    }
  }

  private void addPenalty(
      double weight, float[] output, float[] reference, int offset, double[] gradient) {
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

  @Override
  public LearnResult result() {
    return new LearnResult(
        loss, klPenalty, edges, clipped, maxRatioDeviation, approxKlSum, batch.rows());
  }
}
