package org.treegrpo.core.tensor;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A TorchScript module under construction: named float32 parameters and buffers, sub-modules, and
 * methods as TorchScript source. {@link TorchScriptArchive} writes it in the format that libtorch
 * loads.
 *
 * <p>Sub-modules of the same class must have the same attributes and methods.
 */
public final class ScriptModule {

  /** A float32 tensor in row-major order. */
  public record Tensor(long[] shape, float[] values) {
    public Tensor {
      long size = 1;
      for (long dimension : shape) {
        size = Math.multiplyExact(size, dimension);
      }
      if (size != values.length) {
        throw new IllegalArgumentException(
            "a tensor of %d elements has %d values".formatted(size, values.length));
      }
    }
  }

  private final String className;
  private final String methods;
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Map<String, Tensor> buffers = new LinkedHashMap<>();
  private final Map<String, ScriptModule> children = new LinkedHashMap<>();

  /**
   * @param className simple name; the qualified name is {@code __torch__.<className>}
   * @param methods TorchScript source of the methods, not indented; operators are {@code
   *     torch.<aten name>}
   */
  public ScriptModule(String className, String methods) {
    this.className = Objects.requireNonNull(className, "className");
    this.methods = Objects.requireNonNull(methods, "methods");
  }

  /** Adds a trainable parameter. */
  public ScriptModule parameter(String name, float[] values, long... shape) {
    parameters.put(name, new Tensor(shape, values));
    return this;
  }

  /** Adds a constant tensor. */
  public ScriptModule buffer(String name, float[] values, long... shape) {
    buffers.put(name, new Tensor(shape, values));
    return this;
  }

  /** Adds a sub-module. */
  public ScriptModule child(String name, ScriptModule module) {
    children.put(name, module);
    return this;
  }

  String className() {
    return className;
  }

  String methods() {
    return methods;
  }

  Map<String, Tensor> parameters() {
    return parameters;
  }

  Map<String, Tensor> buffers() {
    return buffers;
  }

  Map<String, ScriptModule> children() {
    return children;
  }
}
