package org.treegrpo.core.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

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
   * The parameters of a module that are trained; all others stop to ask for a gradient.
   *
   * @param trained of the header of the archive that the module was loaded from
   * @return in the same order
   * @throws IllegalArgumentException if one is not float32
   */
  public static List<ParameterTensor> of(
      PtSymbolBlock block, NDManager manager, List<ArchiveHeader.Parameter> trained) {
    TorchRuntime.configureThread();
    NDList all = JniUtils.moduleGetParams(block, (PtNDManager) manager);
    Map<String, NDArray> byName = new HashMap<>();
    all.forEach(parameter -> byName.put(parameter.getName(), parameter));
    Set<String> names = new HashSet<>();
    for (ArchiveHeader.Parameter parameter : trained) {
      parameter.requireFloat32();
      names.addAll(parameter.names());
    }
    for (NDArray parameter : all) {
      if (!names.contains(parameter.getName()) && JniUtils.requiresGrad((PtNDArray) parameter)) {
        JniUtils.attachGradient((PtNDArray) parameter, false);
      }
    }
    return trained.stream().map(parameter -> of(parameter, byName)).toList();
  }

  private static ParameterTensor of(
      ArchiveHeader.Parameter parameter, Map<String, NDArray> byName) {
    List<NDArray> aliases =
        parameter.names().stream()
            .map(
                name -> {
                  NDArray array = byName.get(name);
                  if (array == null) {
                    throw new IllegalStateException("libtorch has no parameter '" + name + "'");
                  }
                  return array;
                })
            .toList();
    // A buffer over what is not contiguous is a copy, and so is one over a GPU's memory.
    boolean writable = parameter.isContiguous() && !aliases.get(0).getDevice().isGpu();
    return new ParameterTensor(aliases, writable);
  }

  private Shape shape() {
    return aliases.get(0).getShape();
  }

  private int length() {
    return Math.toIntExact(shape().size());
  }

  /**
   * Overwrites the values in place.
   *
   * @param values fills a buffer of as many elements as there are
   */
  public void overwrite(Consumer<FloatBuffer> values) {
    NDArray parameter = aliases.get(0);
    if (directlyWritable) {
      values.accept(TorchRuntime.floats(parameter));
      return;
    }
    float[] copy = new float[length()];
    values.accept(FloatBuffer.wrap(copy));
    try (NDManager scope = parameter.getManager().newSubManager()) {
      parameter.set(new NDIndex("..."), TorchRuntime.upload(scope, copy, 0, parameter.getShape()));
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
}
