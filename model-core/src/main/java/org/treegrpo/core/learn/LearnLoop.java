package org.treegrpo.core.learn;

import java.util.Iterator;
import java.util.Optional;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.policy.Forward;
import org.treegrpo.core.tree.GrownShare;

/**
 * The one place that drives gradients: for each batch of a learner one forward pass, the cotangent
 * of its output, one backward pass. What is learned is the learner's matter.
 */
public final class LearnLoop {

  private final Denoiser denoiser;
  private final Optional<Denoiser> reference;

  /**
   * @param denoiser the network that learns
   * @param reference for learners that need one; evaluated without gradients
   */
  public LearnLoop(Denoiser denoiser, Optional<Denoiser> reference) {
    this.denoiser = denoiser;
    this.reference = reference;
  }

  /**
   * Accumulates the gradient of a share's loss into the policy.
   *
   * @throws org.treegrpo.core.optim.DivergedException when the network's output is not finite
   */
  public LearnResult learn(Learner learner, GrownShare share, ShareCredit credit) {
    if (learner.needsReference() && reference.isEmpty()) {
      throw new IllegalArgumentException("this learner needs a reference policy");
    }
    LearnResult result = LearnResult.ZERO;
    for (Iterator<? extends LearnBatch> batches = learner.batches(share, credit).iterator();
        batches.hasNext(); ) {
      result = result.plus(learn(batches.next(), learner.needsReference()));
    }
    return result;
  }

  private LearnResult learn(LearnBatch batch, boolean withReference) {
    float[] latents = batch.latents();
    float[] ofReference = new float[withReference ? latents.length : 0];
    if (withReference) {
      reference.orElseThrow().predict(latents, batch.timestep(), batch.conditioning(), ofReference);
    }
    try (Forward forward = denoiser.forward(latents, batch.timestep(), batch.conditioning())) {
      float[] output = new float[latents.length];
      forward.output(output);
      forward.backward(batch.cotangent(output, ofReference));
    }
    return batch.result();
  }
}
