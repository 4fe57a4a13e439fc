package org.treegrpo.core.process;

/**
 * The clean sample implied by a state and the network's output: x0hat = {@code latent} x + {@code
 * output} out.
 */
public record CleanEstimate(double latent, double output) {

  /** x0hat of the row of {@code elements} values at {@code offset}. */
  public float[] of(float[] latents, float[] outputs, int offset, int elements) {
    float[] clean = new float[elements];
    for (int i = 0; i < elements; i++) {
      clean[i] = (float) (latent * latents[offset + i] + output * outputs[offset + i]);
    }
    return clean;
  }
}
