package org.treegrpo.job.executor;

import ai.djl.Device;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.TaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.tensor.TorchRuntime;
import org.treegrpo.job.settings.PolicySettings;

/** Which device a task's network runs on. */
public final class Devices {

  private static final String KEY = "treegrpo.policy.device";

  private static final Logger LOG = LoggerFactory.getLogger(Devices.class);
  private static final AtomicBoolean UNUSED_GPU_TOLD = new AtomicBoolean();

  private Devices() {}

  /**
   * The device that {@code policy.device} asks for, for the task that runs on this thread, or
   * without one.
   *
   * @throws ExecutorException if a GPU is asked for and there is none, or Spark assigns one that
   *     libtorch does not see
   */
  public static Device choose(PolicySettings.Device wanted) {
    return wanted == PolicySettings.Device.CPU
        ? Device.cpu()
        : choose(wanted, TorchRuntime.gpuCount(), assigned(), GpuAddress.ofThisProcess());
  }

  /**
   * The GPU that Spark assigns to the task that runs on this thread, else the first.
   *
   * @param key that asks for it
   * @throws ExecutorException as {@link #choose}
   */
  static Device gpu(String key) {
    int count = TorchRuntime.gpuCount();
    if (count == 0) {
      throw new ExecutorException(missingGpu(key, "an executor"));
    }
    return choose(PolicySettings.Device.GPU, count, assigned(), GpuAddress.ofThisProcess());
  }

  /**
   * {@code auto} takes a GPU only where Spark assigns one: executors that share a machine would all
   * take the same. {@code gpu} takes the first one then.
   *
   * @param count of the GPUs that libtorch sees
   * @param assigned the address that Spark assigns to the task
   */
  static Device choose(
      PolicySettings.Device wanted, int count, Optional<String> assigned, GpuAddress addresses) {
    boolean required = wanted == PolicySettings.Device.GPU;
    if (count == 0 && required) {
      throw new ExecutorException(missingGpu(KEY, "an executor"));
    }
    if (count > 0 && assigned.isPresent()) {
      return Device.gpu(addresses.index(assigned.get(), count));
    }
    if (required) {
      return Device.gpu(0);
    }
    if (count > 0 && !UNUSED_GPU_TOLD.getAndSet(true)) {
      LOG.warn(
          "treegrpo.policy.device = auto: the network runs on the CPU, since Spark assigns none of the {} GPUs here; set spark.executor.resource.gpu.amount and spark.task.resource.gpu.amount, or policy.device = gpu for the first",
          count);
    }
    return Device.cpu();
  }

  /**
   * Loads libtorch, and refuses a GPU that is asked for and not there. For the driver where it is
   * the executor too; it knows nothing of the devices of other machines.
   *
   * @throws ExecutorException if a GPU is asked for and there is none
   */
  public static void requireHere(PolicySettings.Device wanted) {
    int count = TorchRuntime.gpuCount();
    if (wanted == PolicySettings.Device.GPU && count == 0) {
      throw new ExecutorException(missingGpu(KEY, "this machine"));
    }
  }

  private static String missingGpu(String key, String where) {
    return "%s = gpu: %s must have a GPU that libtorch %s sees; it sees none; use auto or cpu, or name a CUDA build of libtorch in PYTORCH_LIBRARY_PATH"
        .formatted(key, where, TorchRuntime.version());
  }

  private static Optional<String> assigned() {
    return Optional.ofNullable(TaskContext.get())
        .map(task -> task.resourcesJMap().get("gpu"))
        .map(gpu -> gpu.addresses()[0]);
  }
}
