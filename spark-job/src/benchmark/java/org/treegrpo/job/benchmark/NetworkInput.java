package org.treegrpo.job.benchmark;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A batch for the built-in network, the same in every process.
 *
 * @param latents {@code [rows * elements]}
 * @param timesteps {@code [rows]}, 0..1000
 * @param characters {@code [rows * letters]}, token ids
 */
record NetworkInput(int rows, float[] latents, float[] timesteps, float[] characters) {

  static NetworkInput random(int rows, int elements, int letters, int alphabet) {
    SplittableRandom random = new SplittableRandom(rows);
    float[] latents = new float[rows * elements];
    for (int i = 0; i < latents.length; i++) {
      latents[i] = (float) random.nextGaussian();
    }
    float[] timesteps = new float[rows];
    Arrays.fill(timesteps, 800);
    float[] characters = new float[rows * letters];
    for (int i = 0; i < characters.length; i++) {
      characters[i] = 1 + random.nextInt(alphabet);
    }
    return new NetworkInput(rows, latents, timesteps, characters);
  }
}
