package org.treegrpo.job.spark;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import org.treegrpo.core.base.Named;
import org.treegrpo.core.base.Services;

/**
 * Kryo serializer of a whole value: a record of records, collections, constants and services. The
 * classes within are not registered one by one, records need not be {@link Serializable}, and of a
 * service its name is sent: the receiver finds it on its own class path, jars of users included.
 *
 * @param <T> the outermost record class
 */
public final class ValueSerializer<T extends Record> extends Serializer<T> {

  @Override
  public void write(Kryo kryo, Output output, T value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ValueOutput(bytes)) {
      out.writeObject(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    output.writeInt(bytes.size());
    output.writeBytes(bytes.toByteArray());
  }

  @Override
  public T read(Kryo kryo, Input input, Class<T> type) {
    byte[] bytes = input.readBytes(input.readInt());
    try (ObjectInputStream in = new ValueInput(bytes, kryo.getClassLoader())) {
      return type.cast(in.readObject());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("class path: lacks a class of the driver's", e);
    }
  }

  /** Writes records by their components. */
  private static final class ValueOutput extends ObjectOutputStream {

    ValueOutput(OutputStream out) throws IOException {
      super(out);
      enableReplaceObject(true);
    }

    @Override
    protected Object replaceObject(Object value) {
      return value instanceof Record record && !(record instanceof SentService)
          ? sent(record)
          : value;
    }

    private static Sent sent(Record value) {
      RecordForm<?> form = new RecordForm<>(value.getClass());
      Object[] values = form.values(value);
      for (int i = 0; i < values.length; i++) {
        RecordComponent component = form.components().get(i);
        if (values[i] instanceof Named service) {
          values[i] = new SentService(component.getType().asSubclass(Named.class), service.name());
        }
      }
      return new Sent(value.getClass(), values);
    }
  }

  /** Finds classes where the tasks of this executor find theirs. */
  private static final class ValueInput extends ObjectInputStream {

    private final ClassLoader classes;

    ValueInput(byte[] bytes, ClassLoader classes) throws IOException {
      super(new ByteArrayInputStream(bytes));
      this.classes = classes;
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description)
        throws IOException, ClassNotFoundException {
      try {
        return Class.forName(description.getName(), false, classes);
      } catch (ClassNotFoundException primitiveOrMissing) {
        return super.resolveClass(description);
      }
    }
  }

  /** Stands for a record. Services among its values are found before it is made. */
  private record Sent(Class<? extends Record> type, Object[] values) implements Serializable {

    private Object readResolve() {
      return new RecordForm<>(type).of(values);
    }
  }

  /** Stands for a service. */
  private record SentService(Class<? extends Named> type, String name) implements Serializable {

    private Object readResolve() {
      return Services.find(type, name)
          .orElseThrow(() -> new MissingServiceException(type.getSimpleName(), name));
    }
  }
}
