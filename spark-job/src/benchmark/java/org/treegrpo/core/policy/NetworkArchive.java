package org.treegrpo.core.policy;

import java.io.IOException;
import java.nio.file.Path;
import org.treegrpo.core.random.GaussianStream;
import org.treegrpo.core.tensor.TorchScriptArchive;

/** The built-in network as the TorchScript file that the product loads, for another loader. */
public final class NetworkArchive {

  private NetworkArchive() {}

  /** Writes the network of a built-in policy, freshly initialised. */
  public static void write(PolicySpec spec, Path file) throws IOException {
    TorchScriptArchive.write(DiffusionTransformer.create(spec, new GaussianStream(0)), file);
  }
}
