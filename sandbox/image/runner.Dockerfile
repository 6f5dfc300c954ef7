# The last layer of every image: the runner, the user that commands run as, and the place of the gateway's socket.
ARG TOOLS
FROM ${TOOLS}
COPY runner /runner
RUN python3 -m compileall -q --invalidation-mode unchecked-hash /runner && mkdir -p /run/gateway
ENV PATH=/usr/local/bin:/usr/bin:/bin
USER 65534:65534
WORKDIR /tmp
ENTRYPOINT ["python3", "-I", "-S", "-B", "/runner/__main__.py"]
