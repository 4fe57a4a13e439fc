package org.treegrpo.job.train;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.treegrpo.core.policy.ImageDecoder;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.core.policy.Policies;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.policy.PolicyWeights;
import org.treegrpo.job.executor.RunSpec;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.settings.TrainSettings;

/**
 * Everything that a run reads, loaded and checked on the driver before Spark starts. Owns a local
 * copy of the policy directory.
 */
public final class RunInputs implements AutoCloseable {

  private final TrainSettings settings;
  private final Path directory;
  private final List<String> names = new ArrayList<>();
  private final List<byte[]> contents = new ArrayList<>();
  private final byte[] trainPrompts;
  private final byte[] evaluationPrompts;
  private final Recipe recipe;
  private final ParameterLayout layout;
  private final float[] baseWeights;

  private RunInputs(TrainSettings settings, Configuration hadoop) throws IOException {
    this.settings = settings;
    this.directory = Files.createTempDirectory("treegrpo-inputs");
    copyPolicy(settings.policy().path(), hadoop);
    this.trainPrompts = read(settings.prompts().train(), hadoop);
    this.evaluationPrompts = read(settings.prompts().evaluation(), hadoop);
    this.recipe = new Recipe(settings, directory, trainPrompts, evaluationPrompts);
    try (Policy policy = openPolicy()) {
      this.layout = policy.parameters();
      this.baseWeights = baseWeights(policy);
    }
  }

  /**
   * Loads and checks all inputs.
   *
   * @throws InvalidInputException naming the first file that breaks a rule
   */
  public static RunInputs load(TrainSettings settings, Configuration hadoop) {
    try {
      return new RunInputs(settings, hadoop);
    } catch (IOException | IllegalArgumentException | EngineException e) {
      throw new InvalidInputException(e.getMessage(), e);
    }
  }

  public Recipe recipe() {
    return recipe;
  }

  public ParameterLayout layout() {
    return layout;
  }

  /** The weights of the policy directory; not to be changed. */
  public float[] baseWeights() {
    return baseWeights;
  }

  /** The network on the CPU; the caller closes it. */
  Policy openPolicy() {
    return Policies.open(recipe.policy(), directory, Device.cpu());
  }

  /** The decoder on the CPU; the caller closes it. */
  ImageDecoder openDecoder() {
    return ImageDecoder.open(recipe.policy(), directory, Device.cpu(), 1);
  }

  /** What executors are sent. */
  RunSpec runSpec(String runId) {
    boolean reference = settings.update().kl() > 0;
    return new RunSpec(
        runId,
        settings.resolved().text(),
        names.toArray(String[]::new),
        contents.toArray(byte[][]::new),
        trainPrompts,
        evaluationPrompts,
        reference ? baseWeights : new float[0]);
  }

  @Override
  public void close() {
    try {
      recipe.close();
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + directory, e);
    }
  }

  private float[] baseWeights(Policy policy) throws IOException {
    if (recipe.policy().type() == PolicySpec.Type.BUILT_IN) {
      return PolicyWeights.load(directory.resolve(recipe.policy().file()), layout);
    }
    float[] weights = new float[layout.size()];
    policy.readWeights(weights);
    return weights;
  }

  private void copyPolicy(String uri, Configuration hadoop) throws IOException {
    org.apache.hadoop.fs.Path source = new org.apache.hadoop.fs.Path(uri);
    FileSystem fs = source.getFileSystem(hadoop);
    if (!fs.exists(source) || !fs.getFileStatus(source).isDirectory()) {
      throw new IOException(
          "treegrpo.policy.path: %s must be a directory with a policy.json".formatted(uri));
    }
    for (FileStatus file : fs.listStatus(source)) {
      if (file.isFile() && !file.getPath().getName().startsWith(".")) {
        if (file.getLen() > Integer.MAX_VALUE - 8) {
          throw new IOException(
              "treegrpo.policy.path: %s is over 2 GiB, more than can be sent to executors"
                  .formatted(file.getPath()));
        }
        byte[] bytes = read(file.getPath().toString(), hadoop);
        names.add(file.getPath().getName());
        contents.add(bytes);
        Files.write(directory.resolve(file.getPath().getName()), bytes);
      }
    }
  }

  private static byte[] read(String uri, Configuration hadoop) throws IOException {
    if (uri.isEmpty()) {
      return new byte[0];
    }
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(uri);
    try (InputStream in = path.getFileSystem(hadoop).open(path)) {
      return in.readAllBytes();
    }
  }
}
