package org.treegrpo.core.policy;

import ai.djl.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.treegrpo.core.random.GaussianStream;
import org.treegrpo.core.random.Keys;
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
    return builtIn(spec, seed, Device.cpu());
  }

  /** A freshly initialised built-in network on a device. */
  public static Policy builtIn(PolicySpec spec, long seed, Device device) {
    try {
      Path archive = Files.createTempFile("treegrpo-network", ".pt");
      try {
        TorchScriptArchive.write(
            DiffusionTransformer.create(spec, new GaussianStream(Keys.of(seed))), archive);
        return new TorchPolicy(spec, archive, device);
      } finally {
        Files.delete(archive);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write or delete the network's archive", e);
    }
  }

  /**
   * The network of a policy directory with the weights that its archive holds; a built-in network
   * has none until {@link Policy#install}.
   *
   * @param directory where {@code spec} was read from
   */
  public static Policy open(PolicySpec spec, Path directory, Device device) {
    return switch (spec.type()) {
      case BUILT_IN -> builtIn(spec, 0, device);
      case TORCHSCRIPT -> new TorchPolicy(spec, directory.resolve(spec.file()), device);
    };
  }
}
