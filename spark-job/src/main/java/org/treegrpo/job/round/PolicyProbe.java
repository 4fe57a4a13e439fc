package org.treegrpo.job.round;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.treegrpo.core.policy.Checkpointing;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.Forward;
import org.treegrpo.core.policy.ImageDecoder;
import org.treegrpo.core.policy.ImageDecoder.Images;
import org.treegrpo.core.policy.NetworkException;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.policy.PolicyBatch;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.random.GaussianStream;

/**
 * Runs a user's networks once before a run starts: what they do not take or do not return is then
 * told by one message and not half an hour later. A network of this project is not run: its own
 * tests do that.
 */
public final class PolicyProbe {

  /** In the middle of the policy's time of 0..1000. */
  private static final float TIMESTEP = 500;

  /** A batch of one would not show a network that only takes one. */
  private static final int ROWS = 2;

  /** Of the greatest output; kernels of narrower numbers may round in another order. */
  private static final float SEGMENTS_TOLERANCE = 1e-2f;

  private final Recipe recipe;
  private final int rows;

  public PolicyProbe(Recipe recipe) {
    this.recipe = recipe;
    this.rows = Math.min(ROWS, recipe.settings().update().microBatch());
  }

  /**
   * Refuses weights that are not numbers, which a TorchScript archive may hold.
   *
   * @throws NetworkException naming the parameter
   */
  public static void requireFinite(String file, ParameterLayout layout, float[] weights) {
    for (ParameterLayout.Entry entry : layout.entries()) {
      for (int i = 0; i < entry.length(); i++) {
        float value = weights[entry.offset() + i];
        if (!Float.isFinite(value)) {
          throw new NetworkException(
              file,
              "parameter '%s' must hold finite values only; found %s at element %d"
                  .formatted(entry.name(), value, i));
        }
      }
    }
  }

  /**
   * One prediction of a TorchScript policy; images of noise by the policy's decoder.
   *
   * @throws NetworkException if a network does not take what {@code policy.json} declares, or
   *     returns another shape or something that is not a number
   */
  public Images run(Policy policy, ImageDecoder decoder) {
    PolicySpec spec = recipe.policy();
    float[] latents = noise(rows * spec.latentShape().elements());
    if (spec.type() == PolicySpec.Type.TORCHSCRIPT) {
      float[] timesteps = new float[rows];
      Arrays.fill(timesteps, TIMESTEP);
      List<Conditioning> conditioning = Collections.nCopies(rows, conditioning());
      float[] output = new float[latents.length];
      PolicyBatch batch = new PolicyBatch(rows, latents, timesteps, conditioning);
      policy.predict(batch, output);
      requireNumbers(spec.file(), output);
      if (recipe.settings().update().checkpointing() == Checkpointing.BLOCKS) {
        requireSegments(policy, batch, output);
      }
    }
    Images images = decoder.decode(rows, latents);
    spec.decoder().ifPresent(network -> requireNumbers(network.file(), images.pixels()));
    return images;
  }

  private static void requireSegments(Policy policy, PolicyBatch batch, float[] output) {
    float[] bySegments = new float[output.length];
    try (Forward forward = policy.forward(batch)) {
      forward.output(bySegments);
    }
    float greatest = 0;
    float difference = 0;
    for (int i = 0; i < output.length; i++) {
      greatest = Math.max(greatest, Math.abs(output[i]));
      difference = Math.max(difference, Math.abs(output[i] - bySegments[i]));
    }
    if (!(difference <= SEGMENTS_TOLERANCE * greatest)) {
      throw new NetworkException(
          policy.spec().file(),
          "its segments must compute what forward computes; for noise they differ by %s of at most %s"
              .formatted(difference, greatest));
    }
  }

  private Conditioning conditioning() {
    return Stream.concat(recipe.trainPrompts().stream(), recipe.evaluationPrompts().stream())
        .findFirst()
        .map(this::conditioning)
        .orElseGet(() -> recipe.unconditional());
  }

  private Conditioning conditioning(Prompt prompt) {
    return recipe.conditioner().of(prompt);
  }

  private static float[] noise(int elements) {
    float[] noise = new float[elements];
    new GaussianStream(0).fill(noise, 0, elements);
    return noise;
  }

  private static void requireNumbers(String file, float[] output) {
    for (float value : output) {
      if (!Float.isFinite(value)) {
        throw new NetworkException(
            file, "forward must return finite values; found %s for noise".formatted(value));
      }
    }
  }
}
