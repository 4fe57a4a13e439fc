package org.treegrpo.core.learn;

import java.util.Iterator;
import java.util.Optional;
import org.treegrpo.core.credit.ShareCredit;
import org.treegrpo.core.learn.LearnBatch.Outputs;
import org.treegrpo.core.learn.Learner.Need;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.policy.Forward;
import org.treegrpo.core.tree.GrownShare;

/**
 * The one place that drives gradients: for each batch of a learner one forward pass, the cotangent
 * of its output, one backward pass. What is learned is the learner's matter.
 */
public final class LearnLoop {

  private static final float[] NONE = {};

  private final Denoiser denoiser;
  private final Optional<Denoiser> reference;
  private final Optional<Denoiser> old;

  /**
   * @param denoiser the network that learns
   * @param reference for learners that need one; evaluated without gradients
   * @param old what the rollout was drawn with, for learners that need it; empty where that is the
   *     network that learns
   */
  public LearnLoop(Denoiser denoiser, Optional<Denoiser> reference, Optional<Denoiser> old) {
    this.denoiser = denoiser;
    this.reference = reference;
    this.old = old;
  }

  /**
   * Accumulates the gradient of a share's loss into the policy.
   *
   * @throws org.treegrpo.core.optim.DivergedException when the network's output is not finite
   */
  public LearnResult learn(Learner learner, GrownShare share, ShareCredit credit) {
    if (learner.needs(Need.REFERENCE) && reference.isEmpty()) {
      throw new IllegalArgumentException("this learner needs a reference policy");
    }
    LearnResult result = LearnResult.ZERO;
    for (Iterator<? extends LearnBatch> batches = learner.batches(share, credit).iterator();
        batches.hasNext(); ) {
      result = result.plus(learn(batches.next()));
    }
    return result;
  }

  private LearnResult learn(LearnBatch batch) {
    float[] latents = batch.latents();
    float[] ofReference = NONE;
    if (batch.needs(Need.REFERENCE)) {
      ofReference = predict(reference.orElseThrow(), latents, batch);
    }
    float[] ofOld = NONE;
    if (batch.needs(Need.OLD) && old.isPresent()) {
      ofOld = predict(old.get(), latents, batch);
    }
    try (Forward forward = denoiser.forward(latents, batch.timestep(), batch.conditioning())) {
      float[] output = new float[latents.length];
      forward.output(output);
      if (batch.needs(Need.OLD) && old.isEmpty()) {
        ofOld = output;
      }
      forward.backward(batch.cotangent(new Outputs(output, ofReference, ofOld)));
    }
    return batch.result();
  }

  private static float[] predict(Denoiser network, float[] latents, LearnBatch batch) {
    float[] output = new float[latents.length];
    network.predict(latents, batch.timestep(), batch.conditioning(), output);
    return output;
  }
}
