package org.treegrpo.core.policy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.treegrpo.core.process.NoiseSchedule;
import org.treegrpo.core.process.Prediction;

/**
 * The content of {@code policy.json}.
 *
 * @param type {@code built-in} or {@code torchscript}
 * @param file weights of a built-in policy (safetensors) or the TorchScript archive, relative to
 *     the policy directory
 * @param latentShape shape of one latent
 * @param prediction meaning of the output
 * @param scheduler noise schedule of a diffusion policy, where the file names one
 * @param conditioning names and shapes of the conditioning inputs, in argument order
 * @param decoder the latent-to-image network, or empty where the latent is the image
 * @param network size of a built-in network; empty for a TorchScript policy
 * @param lora of a network whose trained parameters are adapters
 * @param segments how many the archive is cut into: methods {@code segment_0}, {@code segment_1}
 *     .., of which the first takes what {@code forward} takes, each other one what the one before
 *     returned, and the last returns the prediction; 0 where it is not cut
 * @param memory that the networks need, where whoever made them says so
 * @param sha256 of files of the directory, by name, where whoever made it says so
 */
public record PolicySpec(
    Type type,
    String file,
    LatentShape latentShape,
    Prediction prediction,
    Optional<NoiseSchedule> scheduler,
    List<ConditioningInput> conditioning,
    Optional<DecoderSpec> decoder,
    Optional<NetworkSpec> network,
    Optional<AdapterSpec> lora,
    int segments,
    Optional<NetworkMemory> memory,
    Map<String, String> sha256) {

  /** How the network is given. */
  public enum Type {
    BUILT_IN,
    TORCHSCRIPT
  }

  /** One conditioning input; {@code shape} is that of one sample, without the batch dimension. */
  public record ConditioningInput(String name, List<Integer> shape) {
    public ConditioningInput {
      shape = List.copyOf(shape);
    }

    /** Number of elements of one sample's tensor. */
    public int elements() {
      return shape.stream().mapToInt(Integer::intValue).reduce(1, Math::multiplyExact);
    }
  }

  /** The decoder is applied to {@code latent / scale + shift} and returns an image in [-1, 1]. */
  public record DecoderSpec(String file, double scale, double shift) {}

  /**
   * Size of the built-in diffusion transformer.
   *
   * @param patch side of a square patch in pixels
   * @param width embedding width
   * @param layers transformer blocks
   * @param heads attention heads
   * @param alphabet the characters a prompt may use; the character at index i has token id i + 1,
   *     id 0 is the null token of padding and of the unconditional branch
   * @param cell width of one letter's cell in pixels
   */
  public record NetworkSpec(
      int patch, int width, int layers, int heads, String alphabet, int cell) {

    /** The embeddings, each block, and the output layer. */
    int segments() {
      return layers + 2;
    }
  }

  public PolicySpec {
    conditioning = List.copyOf(conditioning);
    sha256 = Map.copyOf(sha256);
  }

  /** A policy without adapters. */
  public PolicySpec(
      Type type,
      String file,
      LatentShape latentShape,
      Prediction prediction,
      Optional<NoiseSchedule> scheduler,
      List<ConditioningInput> conditioning,
      Optional<DecoderSpec> decoder,
      Optional<NetworkSpec> network) {
    this(
        type,
        file,
        latentShape,
        prediction,
        scheduler,
        conditioning,
        decoder,
        network,
        Optional.empty(),
        network.map(NetworkSpec::segments).orElse(0),
        Optional.empty(),
        Map.of());
  }

  /** Names of the directory's files that this speaks of, in no other way than the shortest. */
  public Set<String> files() {
    Set<String> names = new TreeSet<>(sha256.keySet());
    names.add(file);
    decoder.ifPresent(network -> names.add(network.file()));
    return names.stream()
        .map(name -> Path.of(name).normalize().toString())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The noise schedule of a diffusion policy: Stable Diffusion's where the file names none. */
  public NoiseSchedule noiseSchedule() {
    return scheduler.orElse(NoiseSchedule.STABLE_DIFFUSION);
  }
}
