package org.treegrpo.job.executor;

import ai.djl.Device;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.treegrpo.core.tensor.TorchRuntime;
import org.treegrpo.job.settings.PolicySettings;

/** Which device a task's network runs on. */
public final class Devices {

  private Devices() {}

  /**
   * The device that {@code policy.device} asks for: {@code auto} takes a GPU where libtorch sees
   * one. The GPU is the one that Spark assigned to the task; without an assignment the first.
   *
   * @throws ExecutorException if a GPU is asked for and there is none
   */
  static Device choose(PolicySettings.Device wanted) {
    boolean available = TorchRuntime.gpuCount() > 0;
    return switch (wanted) {
      case CPU -> Device.cpu();
      case AUTO -> available ? Device.gpu(assigned()) : Device.cpu();
      case GPU -> {
        if (!available) {
          throw new ExecutorException(missingGpu("an executor"));
        }
        yield Device.gpu(assigned());
      }
    };
  }

  /**
   * Refuses a GPU that is asked for and not there. For the driver where it is the executor too; it
   * knows nothing of the devices of other machines.
   *
   * @throws ExecutorException if a GPU is asked for and there is none
   */
  public static void requireHere(PolicySettings.Device wanted) {
    if (wanted == PolicySettings.Device.GPU && TorchRuntime.gpuCount() == 0) {
      throw new ExecutorException(missingGpu("this machine"));
    }
  }

  private static String missingGpu(String where) {
    return "treegrpo.policy.device = gpu: %s must have a GPU that libtorch %s sees; it sees none; use auto or cpu, or name a CUDA build of libtorch in PYTORCH_LIBRARY_PATH"
        .formatted(where, TorchRuntime.version());
  }

  private static int assigned() {
    TaskContext context = TaskContext.get();
    ResourceInformation gpu = context == null ? null : context.resourcesJMap().get("gpu");
    return gpu == null ? 0 : Integer.parseInt(gpu.addresses()[0]);
  }
}
