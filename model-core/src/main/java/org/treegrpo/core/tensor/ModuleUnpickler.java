package org.treegrpo.core.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;

/**
 * Reads the pickle of a TorchScript module: its objects as maps, its tensors as descriptions. No
 * class that the pickle names is looked for; nothing of it runs.
 */
final class ModuleUnpickler extends Unpickler {

  private static final String TENSOR = "torch._utils._rebuild_tensor_v2";

  private ModuleUnpickler() {}

  /**
   * The one object of a pickle, usually an {@link Instance}.
   *
   * @throws PickleException if it is none
   */
  static Object module(InputStream pickle) throws IOException {
    try {
      return new ModuleUnpickler().load(pickle);
    } catch (ClassCastException | IndexOutOfBoundsException e) {
      throw new PickleException("it is not a module's", e);
    }
  }

  /**
   * An object.
   *
   * @param type qualified name of its class
   */
  record Instance(String type, Map<Object, Object> attributes) {}

  /**
   * A tensor, without its values.
   *
   * @param type of its storage, such as {@code torch.FloatStorage}
   * @param storage the name of the values' entry in the archive
   * @param offset of its first element in the storage, in elements
   * @param strides in elements
   */
  record Tensor(
      String type,
      String storage,
      long offset,
      long[] shape,
      long[] strides,
      boolean requiresGradient) {}

  /** A class or function that the pickle calls. */
  private record Global(String name) implements IObjectConstructor {

    @Override
    public Object construct(Object[] arguments) {
      if (!name.equals(TENSOR)) {
        return new Instance(name, new HashMap<>());
      }
      Object[] storage = (Object[]) arguments[0];
      return new Tensor(
          ((Global) storage[1]).name(),
          (String) storage[2],
          ((Number) arguments[1]).longValue(),
          longs((Object[]) arguments[2]),
          longs((Object[]) arguments[3]),
          (Boolean) arguments[4]);
    }

    private static long[] longs(Object[] numbers) {
      long[] longs = new long[numbers.length];
      for (int i = 0; i < longs.length; i++) {
        longs[i] = ((Number) numbers[i]).longValue();
      }
      return longs;
    }
  }

  @Override
  protected Object dispatch(short opcode) throws IOException {
    if (opcode == Opcodes.GLOBAL) {
      String module = PickleUtils.readline(input);
      stack.add(new Global(module + "." + PickleUtils.readline(input)));
      return NO_RETURN_VALUE;
    }
    if (opcode == Opcodes.BUILD) {
      Object state = stack.pop();
      if (stack.peek() instanceof Instance instance && state instanceof Map<?, ?> attributes) {
        instance.attributes().putAll(attributes);
      }
      return NO_RETURN_VALUE;
    }
    return super.dispatch(opcode);
  }

  /** A storage: its description stands for it. */
  @Override
  protected Object persistentLoad(Object description) {
    return description;
  }
}
