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
  public Forward forward(float[] latents, float timestep, List<Conditioning> conditioning) {
    long start = System.nanoTime();
    PolicyBatch batch = batch(latents, timestep, conditioning);
    Forward guided = scale == 1f ? conditional(batch) : guided(batch);
    nanos += System.nanoTime() - start;
    return new Counted(guided, batch.rows());
  }

  @Override
  public Evaluations evaluations() {
    return new Evaluations(rollout, trainForward, trainBackward);
  }

  /** Wall time inside the network so far. */
  public double networkSeconds() {
    return nanos * 1e-9;
  }

  private Forward conditional(PolicyBatch batch) {
    trainForward += batch.rows();
    return policy.forward(batch);
  }

  private Forward guided(PolicyBatch batch) {
    PolicyBatch without = unconditional(batch);
    trainForward += batch.rows();
    if (gradient == GuidanceGradient.CONDITIONAL_ONLY) {
      float[] free = new float[batch.latents().length];
      policy.predict(without, free);
      return new Held(conditional(batch), free);
    }
    Forward free = policy.forward(without);
    try {
      return new Both(conditional(batch), free);
    } catch (RuntimeException e) {
      free.close();
      throw e;
    }
  }

  /** Counts and times what the branches do. */
  private final class Counted implements Forward {

    private final Forward guided;
    private final int rows;

    Counted(Forward guided, int rows) {
      this.guided = guided;
      this.rows = rows;
    }

    @Override
    public void output(float[] output) {
      guided.output(output);
    }

    @Override
    public void backward(float[] cotangent) {
      long start = System.nanoTime();
      guided.backward(cotangent);
      boolean both = scale != 1f && gradient == GuidanceGradient.BOTH;
      trainBackward += both ? 2L * rows : rows;
      nanos += System.nanoTime() - start;
    }

    @Override
    public void close() {
      guided.close();
    }
  }

  /** The unconditional branch is a constant. */
  private final class Held implements Forward {

    private final Forward conditional;
    private final float[] free;

    Held(Forward conditional, float[] free) {
      this.conditional = conditional;
      this.free = free;
    }

    @Override
    public void output(float[] output) {
      conditional.output(output);
      guide(output, free, output);
    }

    @Override
    public void backward(float[] cotangent) {
      conditional.backward(scaled(scale, cotangent));
    }

    @Override
    public void close() {
      conditional.close();
    }
  }

  /** Both branches are trained: one forward and one backward pass each. */
  private final class Both implements Forward {

    private final Forward conditional;
    private final Forward free;

    Both(Forward conditional, Forward free) {
      this.conditional = conditional;
      this.free = free;
    }

    @Override
    public void output(float[] output) {
      float[] unconditional = new float[output.length];
      free.output(unconditional);
      conditional.output(output);
      guide(output, unconditional, output);
    }

    @Override
    public void backward(float[] cotangent) {
      conditional.backward(scaled(scale, cotangent));
      free.backward(scaled(1 - scale, cotangent));
    }

    @Override
    public void close() {
      try (conditional) {
        free.close();
      }
    }
  }

  private static float[] scaled(float factor, float[] values) {
    float[] scaled = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      scaled[i] = factor * values[i];
    }
    return scaled;
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
