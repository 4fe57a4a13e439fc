package org.treegrpo.job.round;

import java.util.Arrays;
import java.util.List;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.policy.Forward;

/**
 * A flow in the plane, in closed form: the exact velocity of Gaussian data around the origin
 * (ALGORITHMS.md section 5) plus what can be learned, for each axis a polynomial in sigma. So
 * training can move where samples go, and only that.
 */
final class ToyFlow implements Denoiser {

  static final int ELEMENTS = 2;
  static final int PARAMETERS = 6;
  private static final int TERMS = PARAMETERS / ELEMENTS;
  private static final double DATA_STD = 0.5;

  private final float[] theta;
  private final float[] gradient = new float[PARAMETERS];
  private long predicted;
  private long trained;
  private long backward;

  ToyFlow(float[] theta) {
    this.theta = theta;
  }

  /** The live weights. */
  float[] theta() {
    return theta;
  }

  /** The gradient so far; a new one begins. */
  float[] drainGradient() {
    float[] drained = gradient.clone();
    Arrays.fill(gradient, 0);
    return drained;
  }

  @Override
  public int elements() {
    return ELEMENTS;
  }

  @Override
  public void predict(
      float[] latents, float timestep, List<Conditioning> conditioning, float[] output) {
    velocity(latents, timestep, output);
    predicted += conditioning.size();
  }

  @Override
  public Forward forward(float[] latents, float timestep, List<Conditioning> conditioning) {
    float[] states = latents.clone();
    trained += conditioning.size();
    return new Forward() {
      @Override
      public void output(float[] output) {
        velocity(states, timestep, output);
      }

      @Override
      public void backward(float[] cotangent) {
        backward += conditioning.size();
        double sigma = timestep / 1000;
        for (int i = 0; i < cotangent.length; i++) {
          for (int term = 0; term < TERMS; term++) {
            gradient[i % ELEMENTS * TERMS + term] += cotangent[i] * (float) Math.pow(sigma, term);
          }
        }
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Evaluations evaluations() {
    return new Evaluations(predicted, trained, backward);
  }

  private void velocity(float[] latents, float timestep, float[] output) {
    double sigma = timestep / 1000;
    double variance = DATA_STD * DATA_STD;
    double total = (1 - sigma) * (1 - sigma) * variance + sigma * sigma;
    double slope = (sigma - (1 - sigma) * variance) / total;
    for (int i = 0; i < latents.length; i++) {
      double learned = 0;
      for (int term = 0; term < TERMS; term++) {
        learned += theta[i % ELEMENTS * TERMS + term] * Math.pow(sigma, term);
      }
      output[i] = (float) (slope * latents[i] + learned);
    }
  }
}
