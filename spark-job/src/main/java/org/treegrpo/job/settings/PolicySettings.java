package org.treegrpo.job.settings;

import org.treegrpo.core.policy.GuidedDenoiser.GuidanceGradient;
import org.treegrpo.core.policy.TrainableParameters;

/**
 * The policy to train.
 *
 * @param path policy directory: a local path or any Hadoop URI
 * @param weights safetensors file to start from, or empty for those of the policy directory
 * @param type how the network is given; {@code AUTO} believes {@code policy.json}
 * @param trainable which parameters are trained
 * @param reference what the policy is compared with
 * @param conditioningFile safetensors file with entries {@code <prompt id>/<conditioning name>}, or
 *     empty to use the text encoder of a built-in policy
 * @param decodeBatch most latents of one pass of the decoder; 0 for that of the network, {@link
 *     UpdateSettings#microBatch}
 * @param deviceMemoryGib of one device that the network runs on; 0 where it is not known
 * @param cacheDir of a host, for files that are too large to be sent along; empty for the system's
 *     place for temporary files
 * @param probeTimeoutSeconds for the forward pass that is tried before a run
 */
public record PolicySettings(
    String path,
    String weights,
    Type type,
    TrainableParameters trainable,
    Reference reference,
    Guidance guidance,
    String conditioningFile,
    Device device,
    int decodeBatch,
    double deviceMemoryGib,
    String cacheDir,
    int probeTimeoutSeconds) {

  /** How the network is given. */
  public enum Type {
    AUTO,
    BUILT_IN,
    TORCHSCRIPT
  }

  /** What penalties hold the policy to. */
  public enum Reference {
    /** The weights that the run starts from. */
    START,
    /** The network without its adapters. */
    BASE
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
        reader.inputPath("weights"),
        reader.choice("type", Type.class),
        new TrainableParameters(reader.textsOr("all", "trainable")),
        reader.choice("reference", Reference.class),
        Guidance.read(reader.section("guidance")),
        reader.inputPath("conditioning-file"),
        reader.choice("device", Device.class),
        reader.integer("decode-batch", 0, 4096),
        reader.decimal("device-memory-gib", Range.atLeast(0)),
        cacheDir(reader),
        reader.integer("probe-timeout-seconds", 1, 86_400));
  }
}
