package org.treegrpo.core.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtSymbolBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.treegrpo.core.tensor.ScriptFunction;
import org.treegrpo.core.tensor.TorchRuntime;

/**
 * A network that is run segment by segment, so that a backward pass needs the activations of one
 * segment at a time ({@link Checkpointing#BLOCKS}). A forward pass keeps the states between the
 * segments; the backward pass takes the segments from the last to the first, runs each again, and
 * goes back through it with the gradient of what it gave to the next. Belongs to one thread at a
 * time.
 */
final class Segments {

  private final String file;
  private final PtSymbolBlock block;
  private final List<NDArray> methods;
  private final NDArray one;

  /** Which inputs of each segment depend on a trained parameter; found in the first pass. */
  private List<boolean[]> trained = List.of();

  /**
   * @param file the archive, as {@code policy.json} names it
   * @param manager of the network
   * @param count at least 2
   */
  Segments(String file, PtSymbolBlock block, NDManager manager, int count) {
    this.file = file;
    this.block = block;
    this.methods =
        IntStream.range(0, count)
            .mapToObj(index -> TorchRuntime.method(manager, "segment_" + index))
            .toList();
    this.one = manager.ones(new Shape(1));
  }

  /**
   * A forward pass.
   *
   * @param inputs of the network; they, the states and the prediction belong to one manager
   */
  Pass forward(NDList inputs) {
    if (trained.isEmpty()) {
      trained = trained(inputs);
    }
    List<NDList> states = new ArrayList<>();
    NDList state = inputs;
    for (int i = 0; i < methods.size(); i++) {
      states.add(state);
      state = run(i, state);
    }
    return new Pass(states, NetworkFile.prediction(file, state));
  }

  /** A forward pass that can go back. */
  final class Pass {

    private final List<NDList> states;
    private final NDArray prediction;

    private Pass(List<NDList> states, NDArray prediction) {
      this.states = states;
      this.prediction = prediction;
    }

    NDArray prediction() {
      return prediction;
    }

    /**
     * Adds to the gradients of the trained parameters. States are released as soon as nothing needs
     * them.
     *
     * @param cotangent of the prediction
     */
    void backward(NDArray cotangent) {
      @Nullable NDArray[] cotangents = {cotangent};
      for (int i = methods.size() - 1; i >= 0 && anyOf(cotangents); i--) {
        try (NDManager scope = prediction.getManager().newSubManager()) {
          @Nullable NDArray[] gradients =
              Segments.this.backward(i, leaves(states.get(i), trained.get(i), scope), cotangents);
          for (NDArray gradient : gradients) {
            if (gradient != null) {
              gradient.attach(prediction.getManager());
            }
          }
          close(cotangents);
          cotangents = gradients;
        }
        if (i > 0) {
          states.remove(i).close();
        }
      }
    }
  }

  private static void close(@Nullable NDArray[] arrays) {
    for (NDArray array : arrays) {
      if (array != null) {
        array.close();
      }
    }
  }

  private static boolean anyOf(@Nullable NDArray[] cotangents) {
    for (NDArray cotangent : cotangents) {
      if (cotangent != null) {
        return true;
      }
    }
    return false;
  }

  /** A segment forward and back; the cotangents of its inputs, none for those that need none. */
  private @Nullable NDArray[] backward(int index, NDList inputs, @Nullable NDArray[] cotangents) {
    TorchRuntime.beginGradient();
    try {
      NDList outputs = run(index, inputs);
      if (outputs.size() == 1) {
        NetworkFile.backward(file, () -> outputs.get(0), Objects.requireNonNull(cotangents[0]));
      } else {
        NetworkFile.backward(file, () -> product(outputs, cotangents), one);
      }
    } finally {
      TorchRuntime.endGradient();
    }
    boolean[] depends = trained.get(index);
    @Nullable NDArray[] gradients = new NDArray[depends.length];
    for (int i = 0; i < depends.length; i++) {
      gradients[i] = depends[i] ? TorchRuntime.gradient(inputs.get(i)) : null;
    }
    return gradients;
  }

  /** The sum of outputs times cotangents: its derivatives are the cotangents, to the bit. */
  private NDArray product(NDList outputs, @Nullable NDArray[] cotangents) {
    NDArray sum = one;
    for (int i = 0; i < cotangents.length; i++) {
      NDArray cotangent = cotangents[i];
      if (cotangent != null) {
        // not of 0 dimensions, so that a sum of narrower numbers becomes float32
        sum = outputs.get(i).mul(cotangent).sum().mul(one).add(sum);
      }
    }
    return sum;
  }

  /**
   * A segment's inputs as tensors of their own: one that is handed on unchanged is the same tensor
   * in two states, and would have one gradient for both.
   *
   * @param depends which of them need a gradient
   */
  private static NDList leaves(NDList state, boolean[] depends, NDManager scope) {
    NDList leaves = detached(state, scope);
    for (int i = 0; i < depends.length; i++) {
      if (depends[i]) {
        TorchRuntime.requireGradient(leaves.get(i));
      }
    }
    return leaves;
  }

  private NDList withGradient(int index, NDList inputs) {
    TorchRuntime.beginGradient();
    try {
      return run(index, inputs);
    } finally {
      TorchRuntime.endGradient();
    }
  }

  /** Asks the segments, one after the other, which of their outputs have a gradient. */
  private List<boolean[]> trained(NDList inputs) {
    List<boolean[]> found = new ArrayList<>();
    found.add(new boolean[inputs.size()]);
    NDManager manager = inputs.get(0).getManager();
    try (NDManager all = manager.newSubManager()) {
      NDList state = detached(inputs, all);
      ScriptFunction requiresGradient = ScriptFunction.requiresGradient(all);
      for (int i = 0; i < methods.size() - 1; i++) {
        try (NDManager scope = manager.newSubManager()) {
          NDList outputs = withGradient(i, leaves(state, found.get(i), scope));
          boolean[] depends = new boolean[outputs.size()];
          for (int j = 0; j < depends.length; j++) {
            depends[j] = requiresGradient.of(outputs.get(j)).getFloat() == 1;
          }
          found.add(depends);
          state.close();
          state = detached(outputs, all);
        }
      }
    }
    return found;
  }

  private static NDList detached(NDList arrays, NDManager manager) {
    NDList detached = new NDList();
    for (NDArray array : arrays) {
      NDArray copy = TorchRuntime.detached(array);
      copy.attach(manager);
      detached.add(copy);
    }
    return detached;
  }

  private NDList run(int index, NDList inputs) {
    return NetworkFile.call(file, block, methods.get(index), inputs);
  }
}
