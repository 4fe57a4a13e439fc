package org.treegrpo.job.settings;

import org.treegrpo.core.policy.GuidedDenoiser.GuidanceGradient;
import org.treegrpo.core.policy.TrainableParameters;

/**
 * The policy to train.
 *
 * @param path policy directory: a local path or any Hadoop URI
 * @param type how the network is given; {@code AUTO} believes {@code policy.json}
 * @param trainable which parameters are trained
 * @param conditioningFile safetensors file with entries {@code <prompt id>/<conditioning name>}, or
 *     empty to use the text encoder of a built-in policy
 * @param cacheDir of a host, for files that are too large to be sent along; empty for the system's
 *     place for temporary files
 * @param probeTimeoutSeconds for the forward pass that is tried before a run
 */
public record PolicySettings(
    String path,
    Type type,
    TrainableParameters trainable,
    Guidance guidance,
    String conditioningFile,
    Device device,
    String cacheDir,
    int probeTimeoutSeconds) {

  /** How the network is given. */
  public enum Type {
    AUTO,
    BUILT_IN,
    TORCHSCRIPT
  }

  /** Where the network runs. */
  public enum Device {
    AUTO,
    CPU,
    GPU
  }

  /**
   * Classifier-free guidance (ALGORITHMS.md section 2.4).
   *
   * @param scale w; 1 evaluates the conditional branch only
   * @param grad which branches pass gradients
   */
  public record Guidance(double scale, GuidanceGradient grad) {

    static Guidance read(SettingsReader reader) {
      return new Guidance(
          reader.decimal("scale", Range.atLeast(1)), reader.choice("grad", GuidanceGradient.class));
    }

    /** Network evaluations of one guided prediction. */
    public int branches() {
      return scale == 1 ? 1 : 2;
    }
  }

  /** Processes of a host have different current directories, so it must not depend on one. */
  private static String cacheDir(SettingsReader reader) {
    String directory = reader.text("cache-dir");
    if (!directory.isEmpty() && (!directory.startsWith("/") || directory.indexOf('\0') >= 0)) {
      reader.problem("cache-dir", "must be an absolute path, the same on each host", "");
    }
    return directory;
  }

  static PolicySettings read(SettingsReader reader) {
    return new PolicySettings(
        reader.inputPath("path"),
        reader.choice("type", Type.class),
        new TrainableParameters(reader.textsOr("all", "trainable")),
        Guidance.read(reader.section("guidance")),
        reader.inputPath("conditioning-file"),
        reader.choice("device", Device.class),
        cacheDir(reader),
        reader.integer("probe-timeout-seconds", 1, 86_400));
  }
}
