package org.treegrpo.core.learn;

import java.util.Arrays;
import org.treegrpo.core.objective.Surrogate;
import org.treegrpo.core.optim.DivergedException;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.policy.Forward;
import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.transition.LogProb;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.tree.EdgeRecord;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.ParentBatch;

/**
 * Trains on a grown share by parent (ALGORITHMS.md section 1.1): one forward of a parent gives mu
 * for all its children, and the surrogate of its edges is closed-form in the network's output.
 * Parents are replayed in their rollout batches, so the ratio is exactly 1 before the first update.
 */
public final class ShareLearner {

  private final Denoiser denoiser;
  private final Sampler sampler;

  public ShareLearner(Denoiser denoiser, Sampler sampler) {
    this.denoiser = denoiser;
    this.sampler = sampler;
  }

  /**
   * Accumulates the gradient of sum over unmasked edges of weight * (surrogate + KL) into the
   * policy.
   *
   * @param advantages one per edge of the share; NaN masks the edge
   * @param weights one per edge; those of masked edges are not read
   * @throws DivergedException when a log-ratio is not finite
   */
  public LearnResult learn(
      GrownShare share, double[] advantages, double[] weights, Surrogate surrogate, KlTerm kl) {
    int edges = share.edges().size();
    if (advantages.length != edges || weights.length != edges) {
      throw new IllegalArgumentException(
          "share of %d edges was given %d advantages and %d weights"
              .formatted(edges, advantages.length, weights.length));
    }
    LearnResult result = LearnResult.ZERO;
    for (ParentBatch batch : share.parentBatches()) {
      if (isMasked(batch, advantages)) {
        continue;
      }
      AffineStep step = sampler.sdeStep(batch.step());
      float[] latents = batch.latents();
      float[] reference = reference(kl, batch, step, latents);
      BatchLoss loss =
          new BatchLoss(
              share, batch, step, latents, advantages, weights, surrogate, kl.penalty(), reference);
      try (Forward forward = denoiser.forward(latents, step.timestep(), batch.conditioning())) {
        float[] output = new float[latents.length];
        forward.output(output);
        forward.backward(loss.cotangent(output));
      }
      result = result.plus(loss.result());
    }
    return result;
  }

  /**
   * Replays the first parents without gradients and returns the largest |rho - 1|: 0 unless the
   * weights changed or the replay differs from the rollout.
   *
   * @param parents so many at least, as far as there are: a parent is replayed with its whole batch
   */
  public double maxRatioDeviation(GrownShare share, int parents) {
    double largest = 0;
    int replayedParents = 0;
    float[] child = new float[share.elements()];
    for (ParentBatch batch : share.parentBatches()) {
      if (replayedParents >= parents) {
        break;
      }
      replayedParents += batch.rows();
      AffineStep step = sampler.sdeStep(batch.step());
      float[] latents = batch.latents();
      float[] outputs = new float[latents.length];
      denoiser.predict(latents, step.timestep(), batch.conditioning(), outputs);
      for (int row = 0; row < batch.rows(); row++) {
        for (int edge = batch.firstEdge(row); edge < batch.endEdge(row); edge++) {
          batch.copyChild(edge, child);
          LogProb replayed = LogProb.of(step, latents, outputs, row * child.length, child);
          double logRatio = logRatio(share.edges().get(edge), replayed);
          largest = Math.max(largest, Math.abs(StrictMath.expm1(logRatio)));
        }
      }
    }
    return largest;
  }

  static double logRatio(EdgeRecord edge, LogProb current) {
    double logRatio = current.mean() - edge.logProbOld();
    if (!Double.isFinite(logRatio)) {
      throw new DivergedException(
          "edge '%s' of seed %d at step %d has log-prob %s, was %s: the policy's output is not finite; lower the learning rate"
              .formatted(edge.path(), edge.seed(), edge.step(), current.mean(), edge.logProbOld()));
    }
    return logRatio;
  }

  private static boolean isMasked(ParentBatch batch, double[] advantages) {
    int from = batch.firstEdge(0);
    int to = batch.endEdge(batch.rows() - 1);
    return Arrays.stream(advantages, from, to).allMatch(Double::isNaN);
  }

  private static float[] reference(KlTerm kl, ParentBatch batch, AffineStep step, float[] latents) {
    if (!kl.isActive()) {
      return new float[0];
    }
    float[] outputs = new float[latents.length];
    kl.reference().orElseThrow().predict(latents, step.timestep(), batch.conditioning(), outputs);
    return outputs;
  }
}
