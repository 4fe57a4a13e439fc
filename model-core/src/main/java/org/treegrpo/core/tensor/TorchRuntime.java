package org.treegrpo.core.tensor;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The one place that knows how DJL's PyTorch engine must be used for training (DESIGN.md section
 * 3).
 *
 * <p>The rules kept here: autograd is thread-local and on in every new thread, so each thread calls
 * {@link #configureThread()} before its first operation; gradients are computed between {@link
 * #beginGradient()} and {@link #endGradient()}; TorchScript runs through {@link #forward}, which
 * neither switches train and eval mode nor makes inference tensors; the profiling graph executor is
 * off; one intra-op thread, because parallelism comes from tasks and because the number of threads
 * moves the last bits of a result.
 */
public final class TorchRuntime {

  private static final ThreadLocal<Boolean> CONFIGURED = ThreadLocal.withInitial(() -> false);
  private static final String[] NO_FILES = {};

  /** What DJL calls the input that names a method. */
  private static final String METHOD = "module_method:";

  private TorchRuntime() {}

  /** Prepares the calling thread: no autograd, no profiling executor, one intra-op thread. */
  public static void configureThread() {
    if (CONFIGURED.get()) {
      return;
    }
    NativeLibrary.load();
    JniUtils.setNumThreads(1);
    JniUtils.setGradMode(false);
    JniUtils.setGraphExecutorOptimize(false);
    CONFIGURED.set(true);
  }

  /** The version of the native library. */
  public static String version() {
    return NativeLibrary.load().getVersion();
  }

  /** Number of CUDA devices that the native library sees. */
  public static int gpuCount() {
    return NativeLibrary.load().getGpuCount();
  }

  /**
   * Number of native arrays that are open in this JVM, whoever holds them: what must not grow from
   * one round to the next.
   */
  public static int openArrays() {
    try (NDManager child = newManager(Device.cpu())) {
      return child.getParentManager().getManagedArrays().size();
    }
  }

  /** A new top-level manager on a device; the caller closes it. */
  public static NDManager newManager(Device device) {
    configureThread();
    return NativeLibrary.load().newBaseManager(device);
  }

  /**
   * Loads a TorchScript archive with trainable parameters; the block is owned by the manager.
   *
   * @throws ai.djl.engine.EngineException if the file is not a TorchScript archive
   */
  public static PtSymbolBlock loadModule(NDManager manager, Path archive) {
    configureThread();
    return JniUtils.loadModule((PtNDManager) manager, archive, true, NO_FILES, NO_FILES, true);
  }

  /**
   * Loads a TorchScript archive in eval mode with fixed parameters, for a network that is never
   * trained; the block is owned by the manager.
   *
   * @throws ai.djl.engine.EngineException if the file is not a TorchScript archive
   */
  public static PtSymbolBlock loadFixedModule(NDManager manager, Path archive) {
    configureThread();
    PtSymbolBlock block =
        JniUtils.loadModule((PtNDManager) manager, archive, true, NO_FILES, NO_FILES, false);
    JniUtils.enableInferenceMode(block);
    return block;
  }

  /**
   * The same with parameters that {@link FrozenParameters} can share, which those of {@link
   * #loadFixedModule} are not.
   *
   * @throws ai.djl.engine.EngineException if the file is not a TorchScript archive
   */
  public static PtSymbolBlock loadSharableModule(NDManager manager, Path archive) {
    PtSymbolBlock block = loadModule(manager, archive);
    JniUtils.enableInferenceMode(block);
    for (NDArray parameter : JniUtils.moduleGetParams(block, (PtNDManager) manager)) {
      if (JniUtils.requiresGrad((PtNDArray) parameter)) {
        JniUtils.attachGradient((PtNDArray) parameter, false);
      }
    }
    return block;
  }

  /**
   * The line of libtorch's message that says what is wrong; around it are traces of its C++ and of
   * the module's serialised code.
   */
  public static String reason(EngineException refusal) {
    List<String> lines =
        String.valueOf(refusal.getMessage()).lines().filter(line -> !line.isBlank()).toList();
    return lines.stream()
        .filter(line -> line.matches("[A-Za-z.]*Error: .*"))
        .findFirst()
        .orElse(lines.isEmpty() ? "it does not say why" : lines.get(0).strip());
  }

  /** Whether libtorch was refused memory, by the system or by CUDA. */
  public static boolean isOutOfMemory(EngineException refusal) {
    String message = String.valueOf(refusal.getMessage());
    return Stream.of("out of memory", "can't allocate memory", "_STATUS_ALLOC_FAILED")
        .anyMatch(message::contains);
  }

  /** Name of an array's element type; DJL has none for bfloat16, which policies often have. */
  public static String typeName(NDArray array) {
    DataType type = array.getDataType();
    return type == DataType.UNKNOWN
        ? "bfloat16 or another type that DJL does not know"
        : type.toString();
  }

  /** Runs {@code forward}; the outputs belong to the manager of the first input. */
  public static NDList forward(PtSymbolBlock block, NDList inputs) {
    configureThread();
    return IValueUtils.forward(block, inputs, true);
  }

  /**
   * The name of a method as {@link #call} takes it.
   *
   * @param manager that owns it
   */
  public static NDArray method(NDManager manager, String name) {
    NDArray array = manager.create(0f);
    array.setName(METHOD + name);
    return array;
  }

  /** The name that {@link #method} was given. */
  public static String methodName(NDArray method) {
    return method.getName().substring(METHOD.length());
  }

  /**
   * Runs a method of a module; the outputs, one tensor or a tuple of some, belong to the manager of
   * the first input.
   *
   * @param method of {@link #method}
   */
  public static NDList call(PtSymbolBlock block, NDArray method, NDList inputs) {
    NDList named = new NDList(inputs);
    named.add(method);
    return forward(block, named);
  }

  /** The same values as a tensor that no pass has computed; belongs to the same manager. */
  public static NDArray detached(NDArray array) {
    return JniUtils.detachGradient((PtNDArray) array);
  }

  /** Lets backward passes compute the gradient of a tensor that none has computed. */
  public static void requireGradient(NDArray array) {
    JniUtils.attachGradient((PtNDArray) array, true);
  }

  /** The gradient that backward passes have left in a tensor; belongs to the same manager. */
  public static @Nullable NDArray gradient(NDArray array) {
    return JniUtils.getGradient((PtNDArray) array);
  }

  /** Switches autograd on for the calling thread. */
  public static void beginGradient() {
    configureThread();
    JniUtils.setGradMode(true);
  }

  /** Switches autograd off for the calling thread. */
  public static void endGradient() {
    JniUtils.setGradMode(false);
  }

  /** Backward from {@code output} seeded with {@code cotangent}; the graph is freed. */
  public static void backward(NDArray output, NDArray cotangent) {
    JniUtils.backward((PtNDArray) output, (PtNDArray) cotangent, false, false);
  }

  /** Arrays of one shape as one, along a new first axis; belongs to the manager of the first. */
  public static NDArray stack(NDList arrays) {
    return NDArrays.stack(arrays);
  }

  /** A float32 array with a copy of {@code values[offset, offset + shape.size())}. */
  public static NDArray upload(NDManager manager, float[] values, int offset, Shape shape) {
    int length = Math.toIntExact(shape.size());
    if (manager.getDevice().isGpu()) {
      return manager.create(FloatBuffer.wrap(values, offset, length).slice(), shape);
    }
    NDArray array = manager.create(shape, DataType.FLOAT32);
    floats(array).put(values, offset, length);
    return array;
  }

  /** Copies a float32 array's elements. */
  public static void download(NDArray array, float[] target, int offset) {
    floats(array).get(target, offset, Math.toIntExact(array.size()));
  }

  /**
   * On a CPU the returned buffer aliases the array's memory and is valid while the array is open;
   * of an array that is not contiguous, or on a GPU, it is a copy that belongs to the array's
   * manager.
   */
  static FloatBuffer floats(NDArray array) {
    return array.toByteBuffer(true).asFloatBuffer();
  }
}
