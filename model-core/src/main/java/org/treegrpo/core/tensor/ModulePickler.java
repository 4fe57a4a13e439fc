package org.treegrpo.core.tensor;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The subset of pickle protocol 2 that describes a TorchScript module's attributes. */
final class ModulePickler {

  private static final int PROTO = 0x80;
  private static final int GLOBAL = 'c';
  private static final int EMPTY_TUPLE = ')';
  private static final int NEW_OBJECT = 0x81;
  private static final int EMPTY_DICT = '}';
  private static final int MARK = '(';
  private static final int TUPLE = 't';
  private static final int SET_ITEMS = 'u';
  private static final int BUILD = 'b';
  private static final int STOP = '.';
  private static final int UNICODE = 'X';
  private static final int INT32 = 'J';
  private static final int LONG1 = 0x8a;
  private static final int TRUE = 0x88;
  private static final int FALSE = 0x89;
  private static final int PERSISTENT_ID = 'Q';
  private static final int REDUCE = 'R';

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<float[]> storages = new ArrayList<>();

  byte[] pickle(ScriptModule module) {
    out.write(PROTO);
    out.write(2);
    module(module);
    out.write(STOP);
    return out.toByteArray();
  }

  /** The tensors' values; index i is stored as {@code data/i}. */
  List<float[]> storages() {
    return storages;
  }

  private void module(ScriptModule module) {
    global("__torch__", module.className());
    out.write(EMPTY_TUPLE);
    out.write(NEW_OBJECT);
    out.write(EMPTY_DICT);
    out.write(MARK);
    module
        .parameters()
        .forEach(
            (name, tensor) -> {
              unicode(name);
              tensor(tensor, true);
            });
    module
        .buffers()
        .forEach(
            (name, tensor) -> {
              unicode(name);
              tensor(tensor, false);
            });
    unicode("training");
    out.write(TRUE);
    module
        .children()
        .forEach(
            (name, child) -> {
              unicode(name);
              module(child);
            });
    out.write(SET_ITEMS);
    out.write(BUILD);
  }

  private void tensor(ScriptModule.Tensor tensor, boolean requiresGrad) {
    global("torch._utils", "_rebuild_tensor_v2");
    out.write(MARK);
    out.write(MARK);
    unicode("storage");
    global("torch", "FloatStorage");
    unicode(Integer.toString(storages.size()));
    unicode("cpu");
    integer(tensor.values().length);
    out.write(TUPLE);
    out.write(PERSISTENT_ID);
    integer(0);
    long[] shape = tensor.shape();
    out.write(MARK);
    for (long dimension : shape) {
      integer(dimension);
    }
    out.write(TUPLE);
    out.write(MARK);
    for (int i = 0; i < shape.length; i++) {
      long stride = 1;
      for (int j = i + 1; j < shape.length; j++) {
        stride *= shape[j];
      }
      integer(stride);
    }
    out.write(TUPLE);
    out.write(requiresGrad ? TRUE : FALSE);
    global("collections", "OrderedDict");
    out.write(EMPTY_TUPLE);
    out.write(REDUCE);
    out.write(TUPLE);
    out.write(REDUCE);
    storages.add(tensor.values());
  }

  private void global(String module, String name) {
    out.write(GLOBAL);
    out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void unicode(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write(UNICODE);
    little(bytes.length, Integer.BYTES);
    out.writeBytes(bytes);
  }

  private void integer(long value) {
    if (value == (int) value) {
      out.write(INT32);
      little(value, Integer.BYTES);
    } else {
      out.write(LONG1);
      out.write(Long.BYTES);
      little(value, Long.BYTES);
    }
  }

  private void little(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> (8 * i)) & 0xff);
    }
  }
}
