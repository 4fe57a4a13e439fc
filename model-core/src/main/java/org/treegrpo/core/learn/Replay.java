package org.treegrpo.core.learn;

import org.treegrpo.core.optim.DivergedException;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.core.transition.LogProb;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.ParentBatch;

/** Evaluates the parents of a grown share again. */
public final class Replay {

  private Replay() {}

  /**
   * Replays the first parents without gradients and returns the largest |rho - 1|: 0 unless the
   * weights changed or the replay differs from the rollout.
   *
   * @param parents so many at least, as far as there are: a parent is replayed with its whole batch
   */
  public static double maxRatioDeviation(
      Denoiser denoiser, Sampler sampler, GrownShare share, int parents) {
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
          double replayed = LogProb.mean(step, latents, outputs, row * child.length, child);
          double logRatio = logRatio(share, edge, replayed);
          largest = Math.max(largest, Math.abs(StrictMath.expm1(logRatio)));
        }
      }
    }
    return largest;
  }

  static double logRatio(GrownShare share, int edge, double logProb) {
    double logProbOld = share.logProbs()[edge];
    double logRatio = logProb - logProbOld;
    if (!Double.isFinite(logRatio)) {
      int row = share.forest().row(edge);
      TreeSeed tree = share.forest().seed(row);
      int node = share.forest().node(row);
      throw new DivergedException(
          "edge '%s' of prompt %s, tree %d, at step %d has log-prob %s, was %s: the policy's output is not finite; lower the learning rate"
              .formatted(
                  tree.topology().path(node),
                  tree.promptId(),
                  tree.tree(),
                  tree.topology().step(node),
                  logProb,
                  logProbOld));
    }
    return logRatio;
  }
}
