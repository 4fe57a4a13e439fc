package org.treegrpo.reward.torch;

import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.treegrpo.core.io.SafetensorsReader;
import org.treegrpo.core.io.TensorInfo;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;

/**
 * The option {@code conditioning-file}: tensors {@code <prompt id>/<name of forward's argument>} of
 * the reward itself. Only the header and the tensors of the latest batch's prompts are held. Used
 * by one thread at a time.
 */
final class OwnConditioning implements AutoCloseable {

  private final String reward;
  private final SafetensorsReader reader;
  private final List<String> inputs;
  private Map<String, List<float[]>> latest = Map.of();

  private OwnConditioning(String reward, SafetensorsReader reader, List<String> inputs) {
    this.reward = reward;
    this.reader = reader;
    this.inputs = inputs;
  }

  /**
   * Reads the header.
   *
   * @param inputs what {@code forward} takes behind the images
   */
  static OwnConditioning open(String reward, Path file, List<String> inputs)
      throws RewardException {
    if (inputs.isEmpty()) {
      throw new RewardException(
          "reward '%s': option 'conditioning-file' = '%s' must be left out, as forward takes images only"
              .formatted(reward, file));
    }
    try {
      return new OwnConditioning(reward, SafetensorsReader.open(file), inputs);
    } catch (IOException e) {
      throw new RewardException(
          "reward '%s': option 'conditioning-file': %s".formatted(reward, e.getMessage()), e);
    }
  }

  /**
   * Requires a tensor of each input for each prompt, of one shape each, by the header alone.
   *
   * @throws RewardException naming the first that is missing or does not fit
   */
  void check(Collection<String> promptIds) throws RewardException {
    for (String input : inputs) {
      TensorInfo first = null;
      for (String id : promptIds) {
        TensorInfo tensor = required(id, input);
        first = first == null ? tensor : first;
        if (!tensor.dtype().isFloating() || !Arrays.equals(tensor.shape(), first.shape())) {
          throw problem(
              "tensor '%s' must be floating and of the shape %s of '%s'; found %s %s"
                  .formatted(
                      tensor.name(),
                      Arrays.toString(first.shape()),
                      first.name(),
                      tensor.dtype(),
                      Arrays.toString(tensor.shape())));
        }
      }
    }
  }

  /** The shape of one prompt's tensors, in the order of the inputs. */
  List<Shape> shapes(String promptId) throws RewardException {
    List<Shape> shapes = new ArrayList<>();
    for (String input : inputs) {
      shapes.add(new Shape(required(promptId, input).shape()));
    }
    return shapes;
  }

  /** The prompts of a batch with this conditioning in place of theirs. */
  List<RewardPrompt> replacing(List<RewardPrompt> prompts) throws RewardException {
    Map<String, List<float[]>> batch = new HashMap<>();
    List<RewardPrompt> replaced = new ArrayList<>();
    for (RewardPrompt prompt : prompts) {
      List<float[]> tensors = batch.getOrDefault(prompt.id(), latest.get(prompt.id()));
      if (tensors == null) {
        tensors = read(prompt.id());
      }
      batch.put(prompt.id(), tensors);
      replaced.add(new RewardPrompt(prompt.id(), prompt.text(), tensors));
    }
    latest = batch;
    return replaced;
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException(reader.file() + ": " + e.getMessage(), e);
    }
  }

  private List<float[]> read(String promptId) throws RewardException {
    List<float[]> tensors = new ArrayList<>();
    for (String input : inputs) {
      String name = required(promptId, input).name();
      try {
        tensors.add(finite(name, reader.readFloat32(name)));
      } catch (IOException e) {
        throw new RewardException("reward '%s': %s".formatted(reward, e.getMessage()), e);
      }
    }
    return tensors;
  }

  private float[] finite(String name, float[] values) throws RewardException {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw problem(
            "tensor '%s' must hold finite values only; found %s at element %d"
                .formatted(name, values[i], i));
      }
    }
    return values;
  }

  private TensorInfo required(String promptId, String input) throws RewardException {
    String name = promptId + "/" + input;
    return reader
        .find(name)
        .orElseThrow(
            () ->
                problem(
                    "must hold a tensor '%s', the argument '%s' of forward for prompt '%s'; add it or leave the option out to get the policy's conditioning"
                        .formatted(name, input, promptId)));
  }

  private RewardException problem(String message) {
    return new RewardException(
        "reward '%s': option 'conditioning-file': %s: %s"
            .formatted(reward, reader.file(), message));
  }
}
