package org.treegrpo.core.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One float32 parameter of a module: read, overwritten in place, and asked for its gradient. Its
 * values are in row-major order, however the tensor lies in memory. Tied parameters (one tensor
 * under several names) are one; their gradients add up. The tensors belong to the manager.
 */
public final class ParameterTensor {

  private final List<NDArray> aliases;
  private final boolean directlyWritable;

  private ParameterTensor(List<NDArray> aliases, boolean directlyWritable) {
    this.aliases = aliases;
    this.directlyWritable = directlyWritable;
  }

  /**
   * The parameters of a module that require a gradient, not frozen ones and not its buffers, in the
   * module's order; a tied one stands where the first of its names does.
   *
   * @throws IllegalArgumentException if one is not float32
   */
  public static List<ParameterTensor> of(PtSymbolBlock block, NDManager manager) {
    TorchRuntime.configureThread();
    List<NDArray> trained = trained(JniUtils.moduleGetParams(block, (PtNDManager) manager));
    for (NDArray parameter : trained) {
      if (parameter.getDataType() != DataType.FLOAT32) {
        throw new IllegalArgumentException(
            "parameter '%s' must be float32 to be trained; found %s; export the module after .float()"
                .formatted(parameter.getName(), TorchRuntime.typeName(parameter)));
      }
    }
    // Everything that is made here goes; the parameters were there before.
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      return grouped(trained);
    }
  }

  private static List<NDArray> trained(NDList all) {
    return all.stream()
        .filter(parameter -> parameter.size() > 0)
        .filter(parameter -> JniUtils.requiresGrad((PtNDArray) parameter))
        .toList();
  }

  /** Name in the archive; of a tied parameter the first. */
  public String name() {
    return aliases.get(0).getName();
  }

  public Shape shape() {
    return aliases.get(0).getShape();
  }

  /** Elements. */
  public int length() {
    return Math.toIntExact(shape().size());
  }

  /** Overwrites the values in place. */
  public void overwrite(float[] values, int offset) {
    NDArray parameter = aliases.get(0);
    if (directlyWritable) {
      TorchRuntime.floats(parameter).put(values, offset, length());
      return;
    }
    try (NDManager scope = parameter.getManager().newSubManager()) {
      parameter.set(
          new NDIndex("..."), TorchRuntime.upload(scope, values, offset, parameter.getShape()));
    }
  }

  /** Copies the values. */
  public void read(float[] target, int offset) {
    NDArray parameter = aliases.get(0);
    try (NDManager scope = parameter.getManager().newSubManager()) {
      NDArray flat = parameter.flatten();
      flat.attach(scope);
      TorchRuntime.download(flat, target, offset);
    }
  }

  /** Copies the accumulated gradient, zeros where there is none, and zeroes it. */
  public void drainGradient(float[] target, int offset) {
    Arrays.fill(target, offset, offset + length(), 0f);
    try (NDManager scope = aliases.get(0).getManager().newSubManager()) {
      for (NDArray alias : aliases) {
        NDArray gradient = JniUtils.getGradient((PtNDArray) alias);
        if (gradient != null) {
          gradient.attach(scope);
          add(TorchRuntime.floats(gradient), target, offset);
          // Where two names stand for one tensor, the second then finds nothing left.
          JniUtils.zeroGrad((PtNDArray) alias);
        }
      }
    }
  }

  private void add(FloatBuffer gradient, float[] target, int offset) {
    if (aliases.size() == 1) {
      gradient.get(target, offset, length());
      return;
    }
    for (int i = 0; i < length(); i++) {
      target[offset + i] += gradient.get(i);
    }
  }

  /**
   * Finds what shares memory by writing a mark to the first element of each parameter: DJL tells
   * neither addresses nor strides. The values are put back.
   */
  private static List<ParameterTensor> grouped(List<NDArray> parameters) {
    float[] first = new float[parameters.size()];
    boolean[] writable = new boolean[first.length];
    for (int i = 0; i < first.length; i++) {
      first[i] = first(parameters.get(i));
    }
    for (int i = 0; i < first.length; i++) {
      writable[i] = mark(parameters.get(i), i + 1);
    }
    Map<Integer, List<Integer>> byMark = new TreeMap<>();
    for (int i = 0; i < first.length; i++) {
      byMark.computeIfAbsent((int) first(parameters.get(i)), mark -> new ArrayList<>()).add(i);
    }
    for (int i = 0; i < first.length; i++) {
      setFirst(parameters.get(i), first[i]);
    }
    return byMark.values().stream()
        .sorted((a, b) -> Integer.compare(a.get(0), b.get(0)))
        .map(
            group ->
                new ParameterTensor(
                    group.stream().map(parameters::get).toList(), writable[group.get(0)]))
        .toList();
  }

  /** Writes the mark, and says whether a buffer over the parameter is its own memory. */
  private static boolean mark(NDArray parameter, float mark) {
    if (parameter.getDevice().isGpu()) {
      setFirst(parameter, mark);
      return false;
    }
    FloatBuffer buffer = TorchRuntime.floats(parameter);
    boolean different = buffer.get(0) != mark;
    setFirst(parameter, mark);
    return different && buffer.get(0) == mark;
  }

  private static float first(NDArray parameter) {
    return parameter.getFloat(new long[parameter.getShape().dimension()]);
  }

  private static void setFirst(NDArray parameter, float value) {
    int dimensions = parameter.getShape().dimension();
    parameter.set(dimensions == 0 ? new NDIndex("...") : new NDIndex(new long[dimensions]), value);
  }
}
