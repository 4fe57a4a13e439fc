package org.treegrpo.core.policy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.treegrpo.core.random.GaussianStream;
import org.treegrpo.core.random.Keys;
import org.treegrpo.core.tensor.ArchiveHeader;
import org.treegrpo.core.tensor.TorchScriptArchive;

/** Makes policies. */
public final class Policies {

  private Policies() {}

  /**
   * A freshly initialised built-in network on the CPU.
   *
   * @param seed fixes every initial weight
   */
  public static Policy builtIn(PolicySpec spec, long seed) {
    try {
      return withArchive(spec, seed, archive -> new TorchPolicy(spec, archive, NetworkOptions.CPU));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is done with an archive. */
  @FunctionalInterface
  private interface Use<T> {
    T of(Path archive) throws IOException;
  }

  /** Calls back with the archive of a freshly initialised built-in network. */
  private static <T> T withArchive(PolicySpec spec, long seed, Use<T> use) throws IOException {
    Path archive = written(spec, seed);
    try {
      return use.of(archive);
    } finally {
      Files.delete(archive);
    }
  }

  private static Path written(PolicySpec spec, long seed) {
    try {
      Path archive = Files.createTempFile("treegrpo-network", ".pt");
      TorchScriptArchive.write(
          DiffusionTransformer.create(spec, new GaussianStream(Keys.of(seed))), archive);
      return archive;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the network's archive", e);
    }
  }

  /**
   * The parameters of a policy directory's network, read without running it.
   *
   * @param directory where {@code spec} was read from
   * @throws NetworkException if its archive is none
   */
  public static List<ArchiveHeader.Parameter> parameters(PolicySpec spec, Path directory)
      throws IOException {
    return switch (spec.type()) {
      case BUILT_IN -> withArchive(spec, 0, NetworkFile::parameters);
      case TORCHSCRIPT -> NetworkFile.parameters(directory.resolve(spec.file()));
    };
  }

  /**
   * Bytes of the tensors that are no parameters, of which each open network has its own.
   *
   * @throws NetworkException if the archive is none
   */
  public static long bufferBytes(PolicySpec spec, Path directory) {
    return spec.type() == PolicySpec.Type.TORCHSCRIPT
        ? NetworkFile.header(directory.resolve(spec.file())).bufferBytes()
        : 0;
  }

  /**
   * Weights that a policy directory holds, read without running anything.
   *
   * @param parameters of the directory's network
   * @return those of the trained ones, flat
   * @throws NetworkException if the archive cannot be read, or one of them is not float32
   * @throws IOException if the weights of a built-in network cannot be read
   */
  public static float[] weights(
      PolicySpec spec, Path directory, TrainableParameters.Selection parameters)
      throws IOException {
    Path file = directory.resolve(spec.file());
    if (spec.type() == PolicySpec.Type.TORCHSCRIPT) {
      return NetworkFile.weights(file, parameters.trained());
    }
    List<ArchiveHeader.Parameter> all = new ArrayList<>(parameters.trained());
    all.addAll(parameters.frozen());
    float[] weights = PolicyWeights.load(file, ParameterLayout.of(all));
    return Arrays.copyOf(weights, ParameterLayout.of(parameters.trained()).size());
  }

  /**
   * The network of a policy directory with the weights that it holds.
   *
   * @param directory where {@code spec} was read from
   * @throws NetworkException if its archive cannot be read, or a parameter to train is not float32
   * @throws IOException if the weights of a built-in network cannot be read
   */
  public static Policy open(PolicySpec spec, Path directory, NetworkOptions options)
      throws IOException {
    Path file = directory.resolve(spec.file());
    if (spec.type() == PolicySpec.Type.TORCHSCRIPT) {
      return new TorchPolicy(spec, file, options);
    }
    return withArchive(
        spec,
        0,
        archive -> {
          ParameterLayout all = ParameterLayout.of(NetworkFile.parameters(archive));
          return new TorchPolicy(spec, archive, PolicyWeights.load(file, all), options);
        });
  }
}
