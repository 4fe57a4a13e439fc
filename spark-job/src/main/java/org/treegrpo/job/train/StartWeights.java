package org.treegrpo.job.train;

import java.io.IOException;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.treegrpo.core.io.SafetensorsReader;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.core.policy.PolicyWeights;
import org.treegrpo.job.files.FileSystems;
import org.treegrpo.job.files.HadoopSource;

/** Weights to start from that are not those of the policy directory. */
final class StartWeights {

  /** In the header of weights that were trained beside frozen ones: the SHA-256 of their file. */
  static final String BASE_SHA256 = "base_sha256";

  private StartWeights() {}

  /**
   * Reads the trained parameters of a policy.
   *
   * @param file safetensors, local or any Hadoop URI
   * @param base what the header of weights of this policy says of the frozen ones, if it has such
   * @throws InvalidInputException if they are another policy's
   */
  static float[] read(
      String file, ParameterLayout layout, Map<String, String> base, Configuration hadoop) {
    try {
      Path path = new Path(file);
      HadoopSource source = new HadoopSource(FileSystems.of(path, hadoop), path);
      requireBase(source, base);
      return PolicyWeights.load(source, layout);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidInputException(
          "treegrpo.policy.weights: '%s' must hold the trained parameters of this policy; %s"
              .formatted(file, InvalidInputException.reason(e)),
          e);
    }
  }

  private static void requireBase(HadoopSource source, Map<String, String> base)
      throws IOException {
    try (SafetensorsReader reader = SafetensorsReader.open(source)) {
      String trainedOn = reader.metadata().get(BASE_SHA256);
      String here = base.get(BASE_SHA256);
      if (trainedOn != null && here != null && !trainedOn.equals(here)) {
        throw new IOException(
            "they were trained on a base whose SHA-256 is %s; this policy's is %s"
                .formatted(trainedOn, here));
      }
    }
  }
}
