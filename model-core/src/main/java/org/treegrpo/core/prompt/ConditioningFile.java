package org.treegrpo.core.prompt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.treegrpo.core.io.SafetensorsException;
import org.treegrpo.core.io.SafetensorsShards;
import org.treegrpo.core.io.TensorInfo;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.PolicySpec.ConditioningInput;

/**
 * Conditioning computed beforehand: safetensors files with a tensor {@code <prompt id>/<input
 * name>} for each prompt and each conditioning input of the policy, and, where guidance needs the
 * unconditional branch, {@code null/<input name>}. Only the header is held in memory; tensors are
 * read when asked for. Safe for several threads.
 */
public final class ConditioningFile implements TextConditioner {

  private static final String UNCONDITIONAL = "null";

  private final SafetensorsShards tensors;
  private final List<ConditioningInput> inputs;

  /**
   * @param tensors of one file or several; closed with this
   * @param inputs the policy's conditioning inputs, in argument order
   */
  public ConditioningFile(SafetensorsShards tensors, List<ConditioningInput> inputs) {
    this.tensors = tensors;
    this.inputs = List.copyOf(inputs);
  }

  @Override
  public Conditioning of(Prompt prompt) {
    List<float[]> values = new ArrayList<>();
    for (ConditioningInput input : inputs) {
      values.add(read(required(prompt, input), input));
    }
    return new Conditioning(values);
  }

  @Override
  public Conditioning unconditional() {
    List<float[]> values = new ArrayList<>();
    for (ConditioningInput input : inputs) {
      String name = UNCONDITIONAL + "/" + input.name();
      TensorInfo tensor =
          tensors
              .find(name)
              .orElseThrow(
                  () ->
                      new PromptException(
                          tensors.name(),
                          "must hold a tensor '%s', the conditioning without a prompt, for guidance other than 1; add it or set the guidance scale to 1"
                              .formatted(name),
                          "none"));
      values.add(read(tensor, input));
    }
    return new Conditioning(values);
  }

  /** Checks names, shapes and dtypes by the header alone. */
  @Override
  public void check(List<Prompt> prompts) {
    for (Prompt prompt : prompts) {
      for (ConditioningInput input : inputs) {
        checkForm(required(prompt, input), input);
      }
    }
  }

  @Override
  public void close() throws IOException {
    tensors.close();
  }

  private TensorInfo required(Prompt prompt, ConditioningInput input) {
    String name = prompt.id() + "/" + input.name();
    return tensors
        .find(name)
        .orElseThrow(
            () ->
                new PromptException(
                    "prompt '" + prompt.id() + "'",
                    "%s must hold a tensor '%s'".formatted(tensors.name(), name),
                    "none"));
  }

  private void checkForm(TensorInfo tensor, ConditioningInput input) {
    long[] shape = input.shape().stream().mapToLong(Integer::longValue).toArray();
    if (!Arrays.equals(shape, tensor.shape()) || !tensor.dtype().isFloating()) {
      throw new PromptException(
          tensors.name(),
          "tensor '%s' must be floating and of the policy's shape %s"
              .formatted(tensor.name(), input.shape()),
          tensor.dtype() + Arrays.toString(tensor.shape()));
    }
  }

  private synchronized float[] read(TensorInfo tensor, ConditioningInput input) {
    checkForm(tensor, input);
    float[] values;
    try {
      values = tensors.readFloat32(tensor.name());
    } catch (SafetensorsException e) {
      throw new PromptException(e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(tensors.name() + ": " + e.getMessage(), e);
    }
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new PromptException(
            tensors.name(),
            "tensor '%s' must hold finite values only".formatted(tensor.name()),
            "%s at element %d".formatted(values[i], i));
      }
    }
    return values;
  }
}
