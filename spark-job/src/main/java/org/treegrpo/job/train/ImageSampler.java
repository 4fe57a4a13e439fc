package org.treegrpo.job.train;

import ai.djl.Device;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.treegrpo.core.io.DType;
import org.treegrpo.core.io.SafetensorsWriter;
import org.treegrpo.core.io.SafetensorsWriter.Declaration;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.policy.ImageDecoder;
import org.treegrpo.core.policy.LatentShape;
import org.treegrpo.core.policy.NetworkException;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.tree.NoiseSource;
import org.treegrpo.core.tree.TreeSettings.RootNoise;
import org.treegrpo.job.executor.Devices;
import org.treegrpo.job.executor.ExecutorException;
import org.treegrpo.job.images.Png;
import org.treegrpo.job.round.PolicyProbe;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.settings.TrainSettings;

/** Draws one image of a prompt by ODE, without Spark. */
public final class ImageSampler {

  private static final String TENSORS = ".safetensors";

  private ImageSampler() {}

  /**
   * Draws a prompt with the noise of {@code evaluation.seed}.
   *
   * @param text what to draw; with a conditioning file, the id of one of its prompts
   * @param target PNG file; one that ends in .safetensors gets the numbers
   */
  public static void draw(
      TrainSettings settings,
      PolicyWeightsChoice choice,
      Configuration hadoop,
      String text,
      Path target)
      throws IOException {
    Device device = device(settings);
    try (RunInputs inputs = RunInputs.loadWithoutRewards(settings, hadoop)) {
      Recipe recipe = inputs.recipe();
      String id = settings.policy().conditioningFile().isEmpty() ? "sample" : text;
      Conditioning conditioning = recipe.conditioner().of(prompt(id, text));
      int elements = recipe.policy().latentShape().elements();
      float[] root = new float[elements];
      new NoiseSource(settings.evaluation().seed(), 0, RootNoise.INDEPENDENT)
          .root(id, 0, root, 0, elements);
      try (Networks networks = networks(settings, inputs, device)) {
        Policy policy = networks.policy();
        policy.install(choice.load(inputs, hadoop).values());
        float[] latent = sample(inputs, device, policy, root, conditioning);
        ImageDecoder.Images image = networks.decoder().decode(1, latent);
        if (target.toString().endsWith(TENSORS)) {
          writeTensors(target, recipe.policy().latentShape(), latent, image);
        } else {
          Files.write(
              target, Png.encode(Png.image(image.pixels(), 0, image.height(), image.width())));
        }
      }
    }
  }

  /** Both are owned. */
  private record Networks(Policy policy, ImageDecoder decoder) implements AutoCloseable {

    @Override
    public void close() {
      try (policy) {
        decoder.close();
      }
    }
  }

  /** Opened and tried. */
  private static Networks networks(TrainSettings settings, RunInputs inputs, Device device)
      throws IOException {
    try {
      return new Trial(settings.policy())
          .inTime(
              () -> {
                Policy policy = inputs.openPolicy(device);
                try {
                  ImageDecoder decoder = inputs.openDecoder(device);
                  new PolicyProbe(inputs.recipe()).run(policy, decoder);
                  return new Networks(policy, decoder);
                } catch (RuntimeException e) {
                  policy.close();
                  throw e;
                }
              });
    } catch (NetworkException e) {
      throw inputs.refused(e);
    }
  }

  /** {@code latent [C, H, W]} and {@code image [3, H', W']}, in [0, 1]. */
  private static void writeTensors(
      Path target, LatentShape shape, float[] latent, ImageDecoder.Images image)
      throws IOException {
    long[] latentShape = {shape.channels(), shape.height(), shape.width()};
    long[] imageShape = {3, image.height(), image.width()};
    try (OutputStream out = Files.newOutputStream(target)) {
      SafetensorsWriter writer =
          new SafetensorsWriter(
              out,
              List.of(
                  new Declaration("latent", DType.F32, latentShape),
                  new Declaration("image", DType.F32, imageShape)),
              Map.of("format", "pt"));
      writer.write("latent", latent, 0, latent.length);
      writer.write("image", image.pixels(), 0, image.pixels().length);
      writer.finish();
    }
  }

  private static Device device(TrainSettings settings) {
    try {
      return Devices.choose(settings.policy().device());
    } catch (ExecutorException e) {
      throw new InvalidInputException(e.getMessage(), e);
    }
  }

  private static float[] sample(
      RunInputs inputs, Device device, Policy policy, float[] root, Conditioning conditioning)
      throws IOException {
    Recipe recipe = inputs.recipe();
    Denoiser denoiser = recipe.evaluationDenoiser(policy);
    if (!recipe.settings().evaluation().endsWithBase()) {
      return recipe.evaluationSample(denoiser, denoiser, 1, root, List.of(conditioning));
    }
    try (Policy base = inputs.openPolicy(device)) {
      base.install(inputs.referenceWeights());
      return recipe.evaluationSample(
          denoiser, recipe.evaluationDenoiser(base), 1, root, List.of(conditioning));
    }
  }

  private static Prompt prompt(String id, String text) {
    try {
      return new Prompt(id, text);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException("--prompt: " + e.getMessage(), e);
    }
  }
}
