package org.treegrpo.core.policy;

import java.util.List;

/**
 * A policy with classifier-free guidance: output = u + w (c - u) (ALGORITHMS.md section 2.4), used
 * alike in rollout and training. The only way trees, learners and samplers reach the network, and
 * where network evaluations are counted.
 */
public interface Denoiser {

  /** D, elements of one latent. */
  int elements();

  /** Guided output for a batch whose rows share one model time, no gradients. */
  void predict(float[] latents, float timestep, List<Conditioning> conditioning, float[] output);

  /** Guided forward that can go backward, into the policy's gradient; the caller closes it. */
  Forward forward(float[] latents, float timestep, List<Conditioning> conditioning);

  /** Network evaluations so far, per sample: a batch of B counts B, twice under guidance. */
  Evaluations evaluations();

  /** Counts of per-sample network evaluations. */
  record Evaluations(long rollout, long trainForward, long trainBackward) {
    public Evaluations minus(Evaluations earlier) {
      return new Evaluations(
          rollout - earlier.rollout,
          trainForward - earlier.trainForward,
          trainBackward - earlier.trainBackward);
    }
  }
}
