package org.treegrpo.core.policy;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** {@link Denoiser} over one {@link Policy}; belongs to one thread at a time, does not own it. */
public final class GuidedDenoiser implements Denoiser {

  /** Which branches of the guided output carry a gradient. */
  public enum GuidanceGradient {
    /** The unconditional branch is held constant (Flow-GRPO). */
    CONDITIONAL_ONLY,
    /** Both branches are trained (DDPO, DanceGRPO). */
    BOTH
  }

  private final Policy policy;
  private final float scale;
  private final GuidanceGradient gradient;
  private final Conditioning unconditional;
  private long rollout;
  private long trainForward;
  private long trainBackward;
  private long nanos;

  /**
   * @param scale w; 1 evaluates the conditional branch only
   * @param unconditional the conditioning of u, used where w is not 1
   */
  public GuidedDenoiser(
      Policy policy, double scale, GuidanceGradient gradient, Conditioning unconditional) {
    this.policy = Objects.requireNonNull(policy, "policy");
    this.scale = (float) scale;
    this.gradient = Objects.requireNonNull(gradient, "gradient");
    this.unconditional = Objects.requireNonNull(unconditional, "unconditional");
  }

  @Override
  public int elements() {
    return policy.spec().latentShape().elements();
  }

  @Override
  public void predict(
      float[] latents, float timestep, List<Conditioning> conditioning, float[] output) {
    long start = System.nanoTime();
    PolicyBatch batch = batch(latents, timestep, conditioning);
    policy.predict(batch, output);
    rollout += batch.rows();
    if (scale != 1f) {
      float[] free = new float[output.length];
      policy.predict(unconditional(batch), free);
      rollout += batch.rows();
      guide(output, free, output);
    }
    nanos += System.nanoTime() - start;
  }

  @Override
  public void accumulateGradient(
      float[] latents, float timestep, List<Conditioning> conditioning, OutputCotangent cotangent) {
    long start = System.nanoTime();
    train(batch(latents, timestep, conditioning), cotangent);
    nanos += System.nanoTime() - start;
  }

  @Override
  public Evaluations evaluations() {
    return new Evaluations(rollout, trainForward, trainBackward);
  }

  /** Wall time inside the network so far, the loss of a training pass included. */
  public double networkSeconds() {
    return nanos * 1e-9;
  }

  private void train(PolicyBatch batch, OutputCotangent cotangent) {
    trainForward += batch.rows();
    trainBackward += batch.rows();
    if (scale == 1f) {
      policy.accumulateGradient(batch, cotangent);
      return;
    }
    float[] free = new float[batch.latents().length];
    policy.predict(unconditional(batch), free);
    trainForward += batch.rows();
    float[] seed = new float[batch.latents().length];
    policy.accumulateGradient(
        batch,
        (output, cotangentOfConditional) -> {
          float[] guided = new float[output.length];
          guide(output, free, guided);
          cotangent.fill(guided, seed);
          for (int i = 0; i < seed.length; i++) {
            cotangentOfConditional[i] = scale * seed[i];
          }
        });
    if (gradient == GuidanceGradient.BOTH) {
      trainForward += batch.rows();
      trainBackward += batch.rows();
      policy.accumulateGradient(
          unconditional(batch),
          (output, cotangentOfFree) -> {
            for (int i = 0; i < seed.length; i++) {
              cotangentOfFree[i] = (1 - scale) * seed[i];
            }
          });
    }
  }

  private void guide(float[] conditional, float[] free, float[] guided) {
    for (int i = 0; i < guided.length; i++) {
      guided[i] = free[i] + scale * (conditional[i] - free[i]);
    }
  }

  private PolicyBatch batch(float[] latents, float timestep, List<Conditioning> conditioning) {
    float[] timesteps = new float[conditioning.size()];
    Arrays.fill(timesteps, timestep);
    return new PolicyBatch(conditioning.size(), latents, timesteps, conditioning);
  }

  private PolicyBatch unconditional(PolicyBatch batch) {
    return new PolicyBatch(
        batch.rows(),
        batch.latents(),
        batch.timesteps(),
        Collections.nCopies(batch.rows(), unconditional));
  }
}
