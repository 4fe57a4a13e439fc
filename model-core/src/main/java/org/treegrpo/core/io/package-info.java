/** Files of tensors: a streaming safetensors codec without a size limit. */
package org.treegrpo.core.io;
