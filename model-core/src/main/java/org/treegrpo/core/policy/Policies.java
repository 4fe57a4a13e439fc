package org.treegrpo.core.policy;

import ai.djl.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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
    return withArchive(
        spec,
        seed,
        archive -> new TorchPolicy(spec, archive, TrainableParameters.ALL, Device.cpu()));
  }

  /** Calls back with the archive of a freshly initialised built-in network. */
  private static <T> T withArchive(PolicySpec spec, long seed, Function<Path, T> use) {
    try {
      Path archive = Files.createTempFile("treegrpo-network", ".pt");
      try {
        TorchScriptArchive.write(
            DiffusionTransformer.create(spec, new GaussianStream(Keys.of(seed))), archive);
        return use.apply(archive);
      } finally {
        Files.delete(archive);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write or delete the network's archive", e);
    }
  }

  /**
   * The parameters of a policy directory's network, read without running it.
   *
   * @param directory where {@code spec} was read from
   * @throws NetworkException if its archive is none
   */
  public static List<ArchiveHeader.Parameter> parameters(PolicySpec spec, Path directory) {
    return switch (spec.type()) {
      case BUILT_IN -> withArchive(spec, 0, NetworkFile::parameters);
      case TORCHSCRIPT -> NetworkFile.parameters(directory.resolve(spec.file()));
    };
  }

  /**
   * Weights that a policy directory holds, read without running anything.
   *
   * @param trained some of {@link #parameters}
   * @return flat, in the layout of {@code trained}
   * @throws NetworkException if the archive cannot be read, or one of them is not float32
   * @throws IOException if the weights of a built-in network cannot be read
   */
  public static float[] weights(
      PolicySpec spec, Path directory, List<ArchiveHeader.Parameter> trained) throws IOException {
    Path file = directory.resolve(spec.file());
    if (spec.type() == PolicySpec.Type.TORCHSCRIPT) {
      return NetworkFile.weights(file, trained);
    }
    ParameterLayout all = ParameterLayout.of(parameters(spec, directory));
    float[] weights = PolicyWeights.load(file, all);
    ParameterLayout chosen = ParameterLayout.of(trained);
    float[] flat = new float[chosen.size()];
    Map<String, Integer> offsets = new HashMap<>();
    chosen.entries().forEach(entry -> offsets.put(entry.name(), entry.offset()));
    for (ParameterLayout.Entry entry : all.entries()) {
      Integer offset = offsets.get(entry.name());
      if (offset != null) {
        System.arraycopy(weights, entry.offset(), flat, offset, entry.length());
      }
    }
    return flat;
  }

  /**
   * The network of a policy directory with the weights that it holds.
   *
   * @param directory where {@code spec} was read from
   * @throws NetworkException if its archive cannot be read, or a parameter to train is not float32
   * @throws IOException if the weights of a built-in network cannot be read
   */
  public static Policy open(
      PolicySpec spec, Path directory, TrainableParameters trainable, Device device)
      throws IOException {
    Path file = directory.resolve(spec.file());
    if (spec.type() == PolicySpec.Type.TORCHSCRIPT) {
      return new TorchPolicy(spec, file, trainable, device);
    }
    ParameterLayout all = ParameterLayout.of(parameters(spec, directory));
    float[] weights = PolicyWeights.load(file, all);
    return withArchive(
        spec, 0, archive -> new TorchPolicy(spec, archive, weights, trainable, device));
  }
}
