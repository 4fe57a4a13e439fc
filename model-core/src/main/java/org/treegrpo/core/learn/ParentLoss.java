package org.treegrpo.core.learn;

import java.util.Arrays;
import java.util.List;
import org.treegrpo.core.credit.Credit;
import org.treegrpo.core.learn.Learner.Need;
import org.treegrpo.core.objective.Penalties;
import org.treegrpo.core.objective.Surrogate;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.transition.LogProb;
import org.treegrpo.core.transition.NoiseShift;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.ParentBatch;

/**
 * Loss of one parent batch and its derivative with respect to the network's output: for a parent
 * with mu = a x + b out, the sum over its edges of weight * b * (residual * (x' - mu) / (s^2 D) +
 * noise * z / D), plus the KL penalty's beta * weight * b (mu - mu_ref) / (s^2 D) and the penalties
 * of the output.
 */
final class ParentLoss implements LearnBatch {

  private final GrownShare share;
  private final ParentBatch batch;
  private final AffineStep step;
  private final double interval;
  private final float[] latents;
  private final Credit credit;
  private final Surrogate surrogate;
  private final Penalties penalties;
  private final float[] noise;

  private double loss;
  private double klPenalty;
  private double outputPenalties;
  private long edges;
  private long clipped;
  private double maxRatioDeviation;
  private double approxKlSum;

  ParentLoss(
      GrownShare share,
      ParentBatch batch,
      Sampler sampler,
      Credit credit,
      Surrogate surrogate,
      Penalties penalties) {
    this.share = share;
    this.batch = batch;
    this.step = sampler.sdeStep(batch.step());
    this.interval = sampler.interval(batch.step());
    this.latents = batch.latents();
    this.credit = credit;
    this.surrogate = surrogate;
    this.penalties = penalties;
    this.noise = new float[surrogate.needsNoise() ? share.elements() : 0];
  }

  @Override
  public boolean needs(Need need) {
    return need == Need.REFERENCE && penalties.needReference();
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
  public float[] cotangent(Outputs outputs) {
    float[] output = outputs.current();
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
      if (weight != 0 && penalties.needReference()) {
        addPenalties(weight, output, outputs.reference(), offset, gradient);
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
    Surrogate.Term term = surrogate.evaluate(edge(edge, logRatio, output, offset, child));
    double weight = credit.weights()[edge];
    loss += weight * term.loss();
    edges++;
    clipped += term.clipped() ? 1 : 0;
    double deviation = StrictMath.expm1(term.logRatio());
    maxRatioDeviation = Math.max(maxRatioDeviation, Math.abs(deviation));
    approxKlSum += deviation - term.logRatio();
    double factor = weight * term.residual() * step.scoreFactor(child.length);
    if (factor != 0) {
      for (int i = 0; i < child.length; i++) {
        gradient[i] += factor * (child[i] - step.mean(latents[offset + i], output[offset + i]));
      }
    }
    double alongNoise = weight * term.noise() * step.output() / child.length;
    if (alongNoise != 0) {
      for (int i = 0; i < child.length; i++) {
        gradient[i] += alongNoise * noise[i];
      }
    }
  }

  private Surrogate.Edge edge(
      int edge, double logRatio, float[] output, int offset, float[] child) {
    double noiseShift = Double.NaN;
    double distance = Double.NaN;
    double s = step.noiseStd();
    if (surrogate.needsNoise()) {
      share.copyNoise(edge, noise);
      NoiseShift shift = NoiseShift.of(step, latents, output, offset, child, noise);
      noiseShift = shift.alongNoise() - share.noiseShift(edge);
      distance = shift.squared() / (2 * s * s);
    }
    return new Surrogate.Edge(
        credit.advantages()[edge], logRatio, noiseShift, distance, s, interval);
  }

  private void addPenalties(
      double weight, float[] output, float[] reference, int offset, double[] gradient) {
    if (penalties.kl() > 0) {
      addKl(weight, output, reference, offset, gradient);
    }
    double value = penalties.addOutputPenalties(weight, output, reference, offset, gradient);
    outputPenalties += value;
    loss += value;
  }

  private void addKl(
      double weight, float[] output, float[] reference, int offset, double[] gradient) {
    int elements = gradient.length;
    double slope = weight * penalties.klSlope(step.noiseStd());
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
        loss,
        klPenalty,
        outputPenalties,
        edges,
        clipped,
        maxRatioDeviation,
        approxKlSum,
        0,
        batch.rows());
  }
}
