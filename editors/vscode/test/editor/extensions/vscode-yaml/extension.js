exports.activate = () => {
    const contributors = new Map();
    return {
        registerContributor(scheme, requestSchema, requestContent) {
            contributors.set(scheme, { requestSchema, requestContent });
            return true;
        },
        contributors,
    };
};
